import type { RunEvent } from "@cluster/batch";
import { systemClock } from "@cluster/manager";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

function instancesOf(events: readonly RunEvent[], index: number): (number | null)[] {
  return events.flatMap((event) =>
    event.type === "attempt.stage" && event.stage === "turn" && event.index === index
      ? [event.instance]
      : [],
  );
}

test("a failure that passes is repeated on another instance, and lands", async () => {
  await using sample = await bench({ files: 2 });
  const [first = "", second = ""] = sample.repository.files;
  const retryDelayMs = 3_600_000;
  let retry: (() => void) | null = null;
  await using run = await sample.start(
    [
      { prompt: "[fake:first=1:fail=malformed]", files: [first] },
      { prompt: "edit", files: [second] },
    ],
    {
      // Nothing is to be forgotten, so an instance is free as soon as its attempt has ended.
      context: "conversation",
      retryDelayMs,
      random: () => 1,
      clock: {
        ...systemClock,
        after(ms, callback) {
          if (ms !== 60_000) return systemClock.after(ms, callback);
          retry = callback;
          return () => {};
        },
      },
    },
  );
  const events: RunEvent[] = [];
  run.subscribe((event) => events.push(event));
  const bothReady = (): boolean =>
    run.status().instances.filter(({ state }) => state === "ready").length === 2;
  await waitFor(() => retry !== null && run.status().counts.landed === 1 && bothReady(), {
    what: "the wait for the retry, with both instances free",
  });
  (retry as unknown as () => void)();
  const report = await run.finished;
  expect(report.tasks[0]).toMatchObject({ outcome: "landed", attempts: 2 });
  const [before, after] = instancesOf(events, 0);
  expect(before).not.toBe(after);
  expect(events.filter((event) => event.type === "attempt.ended" && event.retried)).toHaveLength(1);
});

test("a crash in the turn is repeated", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:first=1:crash]"));
  expect(report.tasks[0]).toMatchObject({ outcome: "landed", attempts: 2 });
  // What the first attempt cost is not known, and that is said.
  expect(report).toMatchObject({ costUsd: "unknown", knownCostUsd: 0.001 });
});

test("a request that was refused as such is not repeated", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:fail=context]"), {
    retries: 5,
  });
  expect(report.tasks[0]).toMatchObject({
    outcome: "tool-error",
    attempts: 1,
    reason: { failureClass: "context" },
  });
});

test("quota pauses everybody and uses up no retry", async () => {
  await using sample = await bench({ files: 6 });
  const { report, events } = await sample.run(
    tasksFor(sample.repository.files, "[fake:first=1:only=page-001.md:fail=quota:500]"),
    { retries: 0, workers: 2 },
  );
  expect(report).toMatchObject({ ok: true, counts: { landed: 6 } });
  const paused = events.find((event) => event.type === "run.paused");
  if (paused?.type !== "run.paused") throw new Error("The run was not paused.");
  expect(paused.until - paused.at).toBeGreaterThan(450);
  const during = events.filter(
    (event) =>
      event.type === "attempt.started" && event.at > paused.at && event.at < paused.until - 20,
  );
  expect(during).toEqual([]);
});

test("a quota that does not come back is an outcome of its own", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:fail=quota:5]"));
  expect(report.tasks[0]).toMatchObject({ outcome: "quota", attempts: 6 });
});

test("the longest wait for quota is bounded", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(
    tasksFor(sample.repository.files, "[fake:first=1:fail=quota:3600000]"),
    { maxQuotaWaitMs: 50 },
  );
  expect(report.tasks[0]).toMatchObject({ outcome: "landed", attempts: 2 });
});
