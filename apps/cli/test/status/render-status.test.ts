import { initialRunStatus, type RunStatus } from "@cluster/batch";
import { expect, it } from "vitest";
import { renderRun, renderRuns } from "../../src/status/render-status.ts";
import type { RunOverview } from "../../src/status/run-overview.ts";

const status = initialRunStatus("3abc");
const activity = (instance: number, stage: "workspace" | "turn") => ({
  instance,
  tool: null,
  state: "ready" as const,
  task: `t${instance}`,
  files: [`docs/${instance}.md`],
  stage,
  since: 0,
});
const overview: RunOverview = {
  run: "3abc",
  phase: "paused",
  tool: "sample",
  workers: 2,
  startedAt: 0,
  endedAt: null,
  tasks: 10,
  open: 10,
  counts: status.counts,
  spent: status,
  reason: null,
  delivery: null,
  pid: 7,
  folder: "/runs/3abc",
  compared: null,
  next: "cluster resume 3abc",
  live: null,
};

it("a task that gets ready ahead does not run, as long as its turn has not begun", () => {
  const instances = [activity(0, "turn"), activity(1, "workspace"), activity(2, "workspace")];
  const attempts = instances.map((one) => ({ ...one, attempt: 1 }));
  const live: RunStatus = { ...status, held: true, running: 3, queued: 7, instances, attempts };
  const text = renderRun({ ...overview, live }, 5_000);
  expect(text).toContain("10 tasks: 0 ended, 1 running, 9 waiting");
  expect(text).toMatch(/at work +for +task\nturn +5\.0s +docs\/0\.md$/);
});

it("a run of a comparison says so, and once that it stayed on its branch", () => {
  const reason = "that was asked for";
  const delivery = { kind: "kept", branch: "cluster/3abc", reason, command: "git merge" } as const;
  const compared = { tools: ["one", "two"], command: "cluster compare 3abc" };
  const text = renderRun({ ...overview, phase: "complete", reason, delivery, compared }, 5_000);
  expect(text.match(/that was asked for/g)).toHaveLength(1);
  expect(text).toMatch(/^compared +one, two: cluster compare 3abc$/m);
});

it("a list says why a run that came to its end is not in the user's branch", () => {
  const reason = "the check of the whole run refused it";
  const text = renderRuns([{ ...overview, phase: "complete", open: 0, reason }], 5_000);
  expect(text).toMatch(/^3abc +complete .* the check of the whole run refused it$/m);
});
