import type { RunReader } from "@cluster/batch";
import { expect, it } from "vitest";
import { timeOfRun } from "../../src/compare/time-of-run.ts";

type Mark = ReturnType<RunReader["marks"]>[number];

const mark = (type: Mark["type"], at: number): Mark => ({ type, at }) as Mark;
const begun = (...times: readonly number[]) => times.map((openedAt) => ({ openedAt }));

it("adds up the sessions of a run, without the pauses between them", () => {
  const marks = [
    mark("run.begun", 1_000),
    mark("run.ended", 3_000),
    mark("run.resumed", 90_000),
    mark("run.canary", 91_000),
    mark("run.ended", 95_000),
  ];
  expect(timeOfRun(marks, begun(1_100, 90_100))).toBe(7_000);
  // Landed later.
  expect(timeOfRun([...marks, mark("run.ended", 200_000)], begun(1_100))).toBe(7_000);
});

it("counts a session that was killed until its last attempt began", () => {
  const marks = [mark("run.begun", 1_000), mark("run.resumed", 50_000), mark("run.ended", 51_000)];
  expect(timeOfRun(marks, begun(1_500, 4_000, 50_500))).toBe(4_000);
  expect(timeOfRun(marks.slice(0, 1), begun(1_500, 4_000))).toBe(3_000);
  expect(timeOfRun(marks.slice(0, 1), [])).toBe(0);
});
