import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { clusterCommand, folderElsewhere, gitCommand } from "../../src/command/command-to-copy.ts";
import type { ComparedRun } from "../../src/compare/comparison.ts";
import { renderComparison } from "../../src/compare/render-comparison.ts";
import { ProgressLines } from "../../src/progress/lines.ts";
import { renderReport } from "../../src/report/render-report.ts";
import { sampleOutcome, sampleReport } from "../report/sample-report.ts";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));
const COMPARED: ComparedRun = {
  run: "",
  tool: "one",
  branch: "cluster/one",
  base: "0123",
  end: "interrupted",
  tasks: 2,
  landed: 0,
  open: 0,
  failed: 0,
  addedLines: 0,
  removedLines: 0,
  costUsd: 0,
  knownCostUsd: 0,
  tookMs: 0,
  ok: false,
};
const ELSEWHERE = "/tmp/my repo";

describe("a command to copy", () => {
  it("names the folder where whoever reads it stands elsewhere, and only there", () => {
    expect(clusterCommand("resume 0abc", undefined)).toBe("cluster resume 0abc");
    expect(clusterCommand("resume 0abc", ELSEWHERE)).toBe("cluster resume 0abc -C '/tmp/my repo'");
    expect(folderElsewhere(undefined)).toBeUndefined();
    expect(folderElsewhere(".")).toBeUndefined();
    expect(folderElsewhere("..")).toBe(resolve(".."));
  });

  it("names it for each git of a line", () => {
    expect(gitCommand("git merge --squash cluster/git && git commit", "/r")).toBe(
      "git -C /r merge --squash cluster/git && git -C /r commit",
    );
    expect(gitCommand("git merge cluster/0abc", undefined)).toBe("git merge cluster/0abc");
  });

  it("is written in one place", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
    const byHand = files.filter(
      (name) =>
        name.endsWith(".ts") &&
        /cluster (clean|compare|land|logs|pause|resume|retry|scale|show|status|stop|undo) \$\{/.test(
          readFileSync(join(SOURCES, name), "utf8"),
        ),
    );
    expect(byHand).toEqual([]);
  });
});

describe("a folder elsewhere is named", () => {
  it("by a report, whatever became of the run", () => {
    const text = renderReport(
      sampleReport([sampleOutcome(0, "landed"), sampleOutcome(1, "tool-error")], {
        end: "interrupted",
        open: 1,
        delivery: {
          kind: "kept",
          branch: "cluster/0abc1234",
          reason: "asked for",
          command: "git merge --squash cluster/0abc1234 && git commit",
        },
      }),
      { requireChange: false, elsewhere: "/r" },
    );
    expect(text).toContain("cluster resume 0abc1234 -C /r\n");
    expect(text).toContain("cluster retry 0abc1234 -C /r");
    expect(text).toContain("git -C /r merge --squash cluster/0abc1234 && git -C /r commit");
    const inPlace = sampleReport([sampleOutcome(0, "landed")], {
      delivery: { kind: "in-place", folder: "/r", backups: "/b", unwatched: false },
    });
    expect(renderReport(inPlace, { requireChange: false, elsewhere: "/r" })).toContain(
      "cluster undo 0abc1234 -C /r",
    );
  });

  it("by a comparison", () => {
    const runs = [
      { ...COMPARED, run: "0abc", landed: 1, failed: 1 },
      { ...COMPARED, run: "1abc", landed: 0, open: 1 },
    ];
    const limits = { maxCostUsd: null, maxTokens: null };
    const shown = { sample: null, limits, runs, missing: [], tasks: [] };
    const text = renderComparison(shown, undefined, "/r");
    expect(text).toContain("cluster land 0abc -C /r   # one\n");
    expect(text).toContain("cluster retry 0abc -C /r   # one");
    expect(text).toContain("cluster resume 1abc -C /r   # one\n");
  });

  it("by the line that says that the run is paused", () => {
    const lines = new ProgressLines("/r");
    const held = { type: "run.held", run: "0abc", at: 0, held: true } as const;
    expect(lines.onEvent(held)).toBe(
      "paused by cluster pause; go on with: cluster resume 0abc -C /r",
    );
  });
});
