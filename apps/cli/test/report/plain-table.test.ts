import { describe, expect, it } from "vitest";
import { columnsFor, plainTable } from "../../src/report/plain-table.ts";

const HEAD = ["file", "outcome", "reason", "kept under"];
const ROWS = [
  ["docs/a.md", "verify-failed", "The verify command exited with code 1.", "refs/cluster/x/1"],
  ["docs/日本.md", "tool-error", "It ended.", ""],
];

describe("plainTable", () => {
  it("aligns by what a terminal shows, and leaves no space at the end of a line", () => {
    expect(plainTable(ROWS, HEAD)).toBe(
      [
        "file          outcome        reason                                  kept under",
        "docs/a.md     verify-failed  The verify command exited with code 1.  refs/cluster/x/1",
        "docs/日本.md  tool-error     It ended.",
      ].join("\n"),
    );
  });

  it("tells below a row what has no room beside it", () => {
    expect(plainTable(ROWS, HEAD, 30)).toBe(
      [
        "file          outcome",
        "docs/a.md     verify-failed",
        "  The verify command exited",
        "  with code 1.",
        "  refs/cluster/x/1",
        "docs/日本.md  tool-error",
        "  It ended.",
      ].join("\n"),
    );
    expect(plainTable(ROWS, HEAD, 5).split("\n").slice(0, 3)).toEqual([
      "file",
      "docs/a.md",
      "  verify-failed",
    ]);
  });

  it("keeps values in columns of their own, or below their names", () => {
    const rows = [
      ["speed", "4.0s with 3 workers, 2.1/s, 0.9s a task"],
      ["cost", ""],
    ];
    expect(plainTable(rows, [], 30)).toBe(
      "speed  4.0s with 3 workers,\n       2.1/s, 0.9s a task\ncost",
    );
    expect(plainTable(rows, [], 20)).toBe(
      "speed\n  4.0s with 3\n  workers, 2.1/s,\n  0.9s a task\ncost",
    );
    expect(plainTable(rows)).toBe("speed  4.0s with 3 workers, 2.1/s, 0.9s a task\ncost");
  });

  it("has as many columns as it needs where nobody looks", () => {
    expect(columnsFor({ columns: 40 })).toBe(Number.POSITIVE_INFINITY);
    expect(columnsFor({ isTTY: true, columns: 40 })).toBe(40);
  });
});
