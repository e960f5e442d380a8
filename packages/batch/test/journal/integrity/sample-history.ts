import { copyFileSync, existsSync } from "node:fs";
import type {
  AttemptRecord,
  Journal,
  JournalEntry,
  Outcome,
  RunMark,
  RunTally,
  Task,
  TaskOutcome,
} from "@cluster/batch";
import { edited, outcomeOf, sampleTasks } from "../sample-steps.ts";

/** Whatever can be asked of a journal. */
export interface Told {
  readonly entries: readonly JournalEntry[];
  readonly attempts: ReadonlyMap<string, readonly AttemptRecord[]>;
  readonly marks: readonly (RunMark & { readonly at: number })[];
  readonly tally: RunTally;
}

export function told(journal: Journal): Told {
  const entries = [...journal.entries()];
  const attempts = new Map(entries.map(({ task }) => [task.id, journal.attempts(task.id)]));
  return { entries, attempts, marks: journal.marks(), tally: journal.tally() };
}

/** A random number from 0 to below `n`, the same for the same seed. */
export type Chance = (n: number) => number;

export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return (n) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

export const RECORD = {
  run: "r1",
  root: "/r",
  place: "worktrees",
  base: "b",
  target: "main",
  tool: "t",
  workers: 2,
  createdAt: 1,
  settings: null,
} as const;

/**
 * Has a run's worth of steps taken at random, and says which outcomes each task had at any time.
 */
export async function liveThrough(
  journal: Journal,
  tasks: number,
  chance: Chance,
): Promise<ReadonlyMap<string, readonly TaskOutcome[]>> {
  const outcomes = new Map<string, TaskOutcome[]>();
  await journal.mark({ type: "run.begun", record: RECORD });
  const planned = sampleTasks(tasks);
  await journal.plan(planned.slice(0, tasks / 2));
  await journal.plan(planned);
  for (const task of planned) outcomes.set(task.id, []);
  for (const [index, task] of planned.entries()) {
    if (index === Math.floor(tasks / 2)) await journal.mark({ type: "run.resumed", base: "b2" });
    await live(journal, task, chance, outcomes.get(task.id) ?? []);
  }
  return outcomes;
}

async function live(
  journal: Journal,
  task: Task,
  chance: Chance,
  outcomes: TaskOutcome[],
): Promise<void> {
  const end = async (token: number | null, outcome: Outcome): Promise<void> => {
    const told = { ...outcomeOf(task, outcome), attempts: token ?? 0, tookMs: chance(1000) };
    await journal.record({ type: "task.ended", token, outcome: told });
    outcomes.push(told);
  };
  const { id } = task;
  const kind = chance(10);
  if (kind === 0) return;
  if (kind === 1) return journal.record({ type: "task.withdrawn", task: id, reason: "gone" });
  if (kind === 2) return end(null, "skipped");
  for (let left = chance(3); left >= 0; left -= 1) {
    const token = await journal.open(id);
    const usage = { inputTokens: chance(1000), outputTokens: chance(100) };
    const result = edited(`${id}-${token}`, { usage, costUsd: chance(100) / 100 });
    await journal.record({ type: "attempt.committed", task: id, token, result });
    const failed = { type: "attempt.failed", task: id, token, sequel: "replay" } as const;
    if (left > 0) {
      await journal.record({ ...failed, outcome: "conflict", reason: null, result: null });
    } else if (kind < 9) {
      await end(token, kind === 3 ? "tool-error" : "landed");
    }
  }
  if (kind !== 3) return;
  await journal.record({ type: "task.reopened", task: id, reason: "again" });
  await end(await journal.open(id), "landed");
}

/** The files of a journal. */
export const FILES = ["", "-wal", "-witness"] as const;

/** Copies a journal as `kill -9` would leave it at this moment. */
export function snapshot(from: string, to: string): void {
  for (const ending of FILES) {
    if (existsSync(from + ending)) copyFileSync(from + ending, to + ending);
  }
}
