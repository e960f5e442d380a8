import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import type { ProgressView, WorkerView } from "../../src/progress/progress-view.ts";
import { renderFrame } from "../../src/progress/render-frame.ts";

const view: ProgressView = {
  total: 218,
  ended: 42,
  landed: 40,
  noChange: 1,
  failed: 1,
  perSecond: 1.34,
  leftMs: 131_000,
  costUsd: 0.1234,
  costIncomplete: false,
  note: null,
  workers: [
    { number: 0, doing: "turn", file: "docs/a.md", sinceMs: 12_000 },
    { number: 1, doing: "landing", file: "docs/deep/folder/b.md", sinceMs: 150 },
    { number: 2, doing: "starting", file: null, sinceMs: 3_000 },
    { number: 3, doing: "free", file: null, sinceMs: null },
  ],
};

const many = (count: number, busy: (number: number) => boolean): WorkerView[] =>
  Array.from({ length: count }, (_, number) => ({
    number,
    doing: busy(number) ? "turn" : "free",
    file: busy(number) ? `f${number}` : null,
    sinceMs: null,
  }));

describe("renderFrame", () => {
  it("shows a line for each worker and a summary", () => {
    expect(renderFrame(view, { columns: 80, rows: 24 })).toEqual([
      "0  turn            12s  docs/a.md",
      "1  landing        0.1s  docs/deep/folder/b.md",
      "2  starting       3.0s",
      "3  free",
      "42/218 · 40 landed, 1 no change, 1 failed · 1.3/s · 2m 11s left · $0.12",
    ]);
  });

  it("cuts every line at the width; of a path the end stays", () => {
    const lines = renderFrame(view, { columns: 34, rows: 24 });
    expect(lines[1]).toBe("1  landing        0.1s  …lder/b.md");
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(34);
  });

  it.each([1, 5, 10, 20])("keeps to a width of %d", (columns) => {
    for (const line of renderFrame(view, { columns, rows: 24 })) {
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it("shows those at work of more than fifty workers, and counts the others", () => {
    const workers = many(60, (number) => number >= 30);
    const lines = renderFrame({ ...view, workers }, { columns: 80, rows: 50 });
    expect(lines).toHaveLength(25);
    expect(lines[0]).toMatch(/^30 {2}turn/);
    expect(lines.at(-2)).toBe("… and 37 more");
  });

  it("keeps to a low terminal, down to the summary alone", () => {
    const workers = many(8, () => true);
    expect(renderFrame({ ...view, workers }, { columns: 80, rows: 7 })).toHaveLength(5);
    expect(renderFrame({ ...view, workers }, { columns: 80, rows: 2 })).toHaveLength(1);
  });

  it("leaves out what is not known, and says when a cost is not whole", () => {
    const unknown = { ...view, workers: [], perSecond: null, leftMs: null, noChange: 0 };
    const size = { columns: 80, rows: 24 };
    expect(renderFrame({ ...unknown, costUsd: null }, size)).toEqual([
      "42/218 · 40 landed, 1 failed",
    ]);
    expect(renderFrame({ ...unknown, costIncomplete: true, note: "stopping" }, size)).toEqual([
      "stopping · 42/218 · 40 landed, 1 failed · at least $0.12",
    ]);
  });

  it("has no escape sequence in it, whatever a file is called", () => {
    const workers = [{ number: 0, doing: "turn", file: "\u001b[31mred\nline", sinceMs: 0 }];
    const frame = renderFrame({ ...view, workers }, { columns: 80, rows: 24 });
    expect(frame[0]).toBe("0  turn           0.0s  red line");
  });
});
