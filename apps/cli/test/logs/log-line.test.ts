import type { RunEvent } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { LogLines } from "../../src/logs/log-line.ts";
import { sampleOutcome, sampleReport } from "../report/sample-report.ts";

const AT = { at: new Date(2026, 2, 1, 9, 30, 5).getTime(), run: "0abc" };
const ATTEMPT = { ...AT, task: "t1", index: 1, attempt: 1 };

function told(...events: readonly RunEvent[]): (string | null)[] {
  const lines = new LogLines();
  return events.map((event) => lines.line(event)?.replace("2026-03-01 09:30:05 ", "") ?? null);
}

describe("a run's log, line by line", () => {
  it("names a task by its files from its first attempt to its end", () => {
    const failed = { ...sampleOutcome(1, "timeout"), task: "t1", files: ["a\u001b[31m.md"] };
    expect(
      told(
        { ...ATTEMPT, type: "attempt.stage", stage: "turn", instance: 2 },
        { ...ATTEMPT, type: "attempt.started", files: ["a\u001b[31m.md"] },
        { ...ATTEMPT, type: "attempt.stage", stage: "lease", instance: null },
        { ...ATTEMPT, type: "attempt.stage", stage: "turn", instance: 2 },
        { ...AT, type: "task.ended", outcome: failed },
      ),
    ).toEqual([
      "t1: turn on instance 2",
      null,
      "a.md: lease",
      "a.md: turn on instance 2",
      "a.md: timeout after 1.2s",
    ]);
  });

  it("tells what happens to the run as a whole, in one line each", () => {
    const report = sampleReport([sampleOutcome(0, "landed")], {
      end: "halted",
      haltReason: "no\nkey",
    });
    expect(
      told(
        { ...AT, type: "run.held", held: true },
        { ...AT, type: "run.held", held: false },
        { ...AT, type: "run.scaled", workers: 3 },
        { ...AT, type: "run.state", state: "draining", reason: "The run was told to end." },
        { ...AT, type: "run.ended", report },
      ),
    ).toEqual([
      "run 0abc: paused by cluster pause; go on with: cluster resume 0abc",
      "run 0abc: going on",
      "run 0abc: from now on 3 workers",
      "run 0abc: draining: The run was told to end.",
      "run 0abc: halted, 1 landed: no key",
    ]);
  });
});
