import type { RunEvent, RunOptions, ToolCapabilities } from "@cluster/batch";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

/** What three tasks on one instance know of each other, and how many processes they had. */
async function look(
  options: Partial<RunOptions>,
  capabilities: ToolCapabilities = {},
): Promise<{ turns: number[]; processes: number; states: string[] }> {
  await using sample = await bench({
    files: 3,
    adapt: (tool) => ({ ...tool, capabilities }),
  });
  const tasks = tasksFor(sample.repository.files, "Add a DOC_ID");
  const { report, events } = await sample.run(tasks, { workers: 1, ...options });
  expect(report.counts.landed).toBe(3);
  expect(await sample.leftovers()).toEqual([]);
  return {
    turns: report.tasks.map(({ evidence: { reply } }) =>
      Number(/^Turn (\d+)/.exec(reply ?? "")?.[1]),
    ),
    processes: new Set(pidsOfTurns(events)).size,
    states: events.flatMap((event) =>
      event.type === "pool" && event.event.type === "instance.state" ? [event.event.state] : [],
    ),
  };
}

function pidsOfTurns(events: readonly RunEvent[]): number[] {
  const pids: number[] = [];
  // By instance: the next one gets ready while the present one is at work.
  const current = new Map<number, number>();
  for (const event of events) {
    if (event.type !== "pool") continue;
    if (event.event.type === "process.ready") current.set(event.event.instance, event.event.pid);
    if (event.event.type === "turn.started") pids.push(current.get(event.event.instance) ?? 0);
  }
  return pids;
}

test("reset: one process, told to forget; the default for most tools", async () => {
  expect(await look({})).toMatchObject({ turns: [1, 1, 1], processes: 1 });
  expect(await look({ context: "reset" }, { quickStart: true })).toMatchObject({ processes: 1 });
});

test("fresh: a process for each task; the default for tools that start quickly", async () => {
  const { states, ...found } = await look({}, { quickStart: true });
  expect(found).toEqual({ turns: [1, 1, 1], processes: 3 });
  // A process that has done its task is no crash.
  expect(states).not.toContain("backoff");
  expect(await look({ context: "fresh" })).toMatchObject(found);
});

test("conversation: one process that remembers", async () => {
  const found = await look({ context: "conversation" }, { quickStart: true });
  expect(found).toMatchObject({ turns: [1, 2, 3], processes: 1 });
});
