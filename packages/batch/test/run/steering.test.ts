import { BatchError, type Run, type RunEvent, type RunStatus } from "@cluster/batch";
import { waitFor } from "@cluster/testkit";
import { describe, expect, it } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

/** Getting ready in a worktree is a part of a turn that has begun. */
const inTurn = (status: RunStatus): number =>
  status.attempts.filter(({ stage }) => stage === "workspace" || stage === "turn").length;

const landed = (run: Run, atLeast: number): Promise<unknown> =>
  waitFor(() => run.status().counts.landed >= atLeast, { what: `${atLeast} landings` });

/** The most turns that were under way at once, from an event on. */
function mostTurns(events: readonly RunEvent[], from: number): number {
  let running = 0;
  let most = 0;
  events.forEach((event, index) => {
    if (event.type !== "pool") return;
    if (event.event.type === "turn.started") running += 1;
    if (event.event.type === "turn.ended") running -= 1;
    if (index >= from) most = Math.max(most, running);
  });
  return most;
}

describe("a run that is steered", () => {
  it("begins no turn while it is paused, lets those under way land, and goes on", async () => {
    await using sample = await bench({ files: 8 });
    const tasks = tasksFor(sample.repository.files, "x [fake:sleep=100]");
    await using run = await sample.start(tasks, { workers: 2 });
    const events: RunEvent[] = [];
    run.subscribe((event) => events.push(event));
    await landed(run, 1);
    run.pause();
    run.pause();
    expect(run.status()).toMatchObject({ held: true, state: "running" });
    // What has begun lands; whatever is ready by then waits.
    await waitFor(
      () => {
        const { attempts } = run.status();
        return attempts.length === 2 && attempts.every(({ stage }) => stage === "lease");
      },
      { what: "the end of what has begun" },
    );
    const paused = events.length;
    const { ended } = run.status();
    expect(ended).toBeLessThan(8);
    // Long enough for a turn, were one to begin.
    await waitFor(() => sample.repository.git("log"), { what: "git" });
    await waitFor(() => sample.repository.git("fsck"), { what: "git" });
    const started = events
      .slice(paused)
      .filter((event) => event.type === "pool" && event.event.type === "turn.started");
    expect(started).toEqual([]);
    expect(run.status().ended).toBe(ended);
    run.continue();
    expect(run.status().held).toBe(false);
    const report = await run.finished;
    expect(report.counts.landed).toBe(8);
    expect(events.filter(({ type }) => type === "run.held")).toHaveLength(2);
    expect(await sample.leftovers()).toEqual([]);
  });

  it("drains and stops while it is paused", async () => {
    await using sample = await bench({ files: 4 });
    const tasks = tasksFor(sample.repository.files, "x");
    await using run = await sample.start(tasks, { workers: 2 });
    run.pause();
    await waitFor(() => run.status().attempts.length === 2, { what: "attempts that wait" });
    run.drain();
    const report = await run.finished;
    expect(report).toMatchObject({ end: "interrupted", counts: { landed: 0, cancelled: 4 } });
  });

  it("takes more turns at once from now on, with more instances", async () => {
    await using sample = await bench({ files: 6 });
    const tasks = tasksFor(sample.repository.files, "x [fake:hang]");
    await using run = await sample.start(tasks, { workers: 1 });
    await waitFor(() => inTurn(run.status()) === 1, { what: "the first turn" });
    run.scale(3);
    expect(run.workers).toBe(3);
    await waitFor(() => inTurn(run.status()) === 3, { what: "two more turns" });
    expect(run.status()).toMatchObject({ workers: 3, running: 3 });
    run.stop();
    await run.finished;
    expect(await sample.leftovers()).toEqual([]);
  });

  it("takes fewer turns at once from now on", async () => {
    await using sample = await bench({ files: 12 });
    const tasks = tasksFor(sample.repository.files, "x [fake:sleep=100]");
    await using run = await sample.start(tasks, { workers: 3 });
    const events: RunEvent[] = [];
    run.subscribe((event) => events.push(event));
    await landed(run, 1);
    run.scale(1);
    // Those beyond that are under way go on to their end.
    await waitFor(() => inTurn(run.status()) <= 1, { what: "the surplus to end" });
    const scaled = events.length;
    expect((await run.finished).counts.landed).toBe(12);
    expect(mostTurns(events, scaled)).toBe(1);
    expect(await sample.leftovers()).toEqual([]);
  });

  it("is never scaled beyond its tasks, nor to nothing", async () => {
    await using sample = await bench({ files: 2 });
    await using run = await sample.start(tasksFor(sample.repository.files, "x"), { workers: 1 });
    run.scale(50);
    expect(run.workers).toBe(2);
    for (const workers of [0, 1.5, Number.NaN, "3" as unknown as number]) {
      expect(() => run.scale(workers)).toThrow(BatchError);
    }
    expect((await run.finished).counts.landed).toBe(2);
  });
});
