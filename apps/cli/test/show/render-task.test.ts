import type { AttemptRecord } from "@cluster/batch";
import { expect, it } from "vitest";
import { renderTask, type ShownTask } from "../../src/show/render-task.ts";
import { sampleOutcome } from "../report/sample-report.ts";

/** One that ended with the word of its tool, or was cut short by a kill. */
function attempt(token: number, tool: string | null): AttemptRecord {
  const { evidence } = sampleOutcome(0, "landed", {}, tool === null ? {} : { tool });
  const result = { verdict: "failed", evidence, failure: null } as unknown;
  return {
    token,
    openedAt: 0,
    result: tool === null ? null : (result as AttemptRecord["result"]),
    committed: false,
    sequel: null,
    end: null,
  };
}

function shown(atWork: boolean, ...attempts: readonly AttemptRecord[]): string {
  const task = { id: "t0", index: 0, files: ["docs/0.md"], prompt: "x" } as ShownTask["task"];
  const entry = { task, token: attempts.length, outcome: null, withdrawn: false, attempts };
  return renderTask(entry, { atWork });
}

it("tells of the tools of attempts where there were several, and of none where one was cut short", () => {
  expect(shown(true, attempt(1, null), attempt(2, "one"))).not.toMatch(/ tool /);
  const several = shown(true, attempt(1, "one"), attempt(2, null), attempt(3, "two"));
  expect(several).toMatch(/^attempt +begun +tool +instance/m);
  expect(several).toMatch(/^2 .* not known +cut short$/m);
});

it("tells an attempt that is under way from one that nobody will end", () => {
  expect(shown(true, attempt(1, null))).toMatch(/^1 .* open$/m);
  expect(shown(false, attempt(1, null))).toMatch(/^1 .* cut short$/m);
});
