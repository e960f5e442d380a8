import { expect, it } from "vitest";
import { turnsUnderWay } from "../../src/run/turns-under-way.ts";

it("counts what a drain lets end, and not what waits for an instance", () => {
  const stages = ["lease", "workspace", "turn", "verify", "landing"] as const;
  const attempts = stages.map((stage, index) => ({
    task: `t${index}`,
    tool: null,
    attempt: 1,
    files: [],
    instance: null,
    stage,
    since: 0,
  }));
  expect(turnsUnderWay({ attempts })).toBe(3);
  expect(turnsUnderWay({ attempts: attempts.slice(0, 2) })).toBe(0);
});
