// One process that makes a journal, has all its tasks land, opens it again, and prints what that took.
import { stat } from "node:fs/promises";
import {
  type AttemptResult,
  createJournal,
  type Journal,
  keyTasks,
  openJournal,
  type Task,
  type TaskOutcome,
} from "@cluster/batch";
import { settingOf } from "../measure/fresh-process.ts";
import { settledMemory } from "../measure/memory.ts";

/** What is to be done. */
export interface LiveSetting {
  readonly path: string;
  readonly durability: "process" | "power";
  readonly tasks: number;
  /** How many tasks are in flight at once. */
  readonly workers: number;
}

const MIB = 1024 ** 2;
const { path, durability, tasks: count, workers } = settingOf<LiveSetting>();

const usage = { inputTokens: 3_000, outputTokens: 500 };
const spent = { usage, costUsd: 0.01, knownUsage: usage, knownCostUsd: 0.01 };

/** As a task leaves it that landed at its first attempt: some 600 bytes. */
function resultOf({ files }: Task): AttemptResult {
  const [path = ""] = files;
  const evidence = {
    instance: 1,
    changes: [{ path, kind: "modified", insertions: 4, deletions: 2 }] as never,
    outside: [],
    claimedEdits: files,
    reply: "I have added type hints to every function of the file. ".repeat(4),
    usage,
    costUsd: 0.01,
    endedBy: "protocol",
    questions: [],
    commit: "0123456789abcdef0123456789abcdef01234567",
    parkedRef: null,
    outsideRef: null,
    earlierRefs: [],
    patch: null,
  } as const;
  return { verdict: "edited", failure: null, evidence, outsideCommit: null };
}

async function land(journal: Journal, task: Task): Promise<void> {
  const { id, index, files } = task;
  const token = await journal.open(id);
  const result = resultOf(task);
  await journal.record({ type: "attempt.committed", task: id, token, result });
  const { evidence } = result;
  const ended = { task: id, index, files, outcome: "landed", reason: null, attempts: 1 } as const;
  const outcome: TaskOutcome = { ...ended, instance: 1, tookMs: 9_000, evidence, spent };
  await journal.record({ type: "task.ended", token, outcome });
}

async function landAll(some: readonly Task[]): Promise<void> {
  const queue = some.values();
  const worker = async (): Promise<void> => {
    for (const task of queue) await land(journal, task);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

async function timed(work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const began = performance.now();
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1_000 };
}

const inputs = Array.from({ length: count }, (_, index) => ({
  prompt: "Add type hints to every function of this file",
  files: [`src/some/folder/of/the/project/file-${index}.py`],
}));
const tasks = keyTasks(inputs, { tool: "aider", model: null, verify: null });
let journal = createJournal(path, { durability });
const plan = await timed(() => journal.plan(tasks));
const half = count / 2;
// What the first half leaves behind is warm code and caches.
await landAll(tasks.slice(0, half));
const before = await settledMemory();
const all = await timed(() => landAll(tasks.slice(half)));
const after = await settledMemory();
await journal.close();
const open = await timed(async () => {
  journal = openJournal(path, { durability }).journal;
});
const tally = await timed(async () => {
  const { landed } = journal.tally().counts;
  if (landed !== count) throw new Error(`Expected ${count} tasks to have landed, found ${landed}.`);
});
await journal.close();
const { size } = await stat(path);
const transitions = 3 * half;
const reading = {
  us: (all.ms * 1_000) / transitions,
  cpuUs: (all.cpuMs * 1_000) / transitions,
  planMs: plan.ms,
  openMs: open.ms,
  openCpuMs: open.cpuMs,
  tallyMs: tally.ms,
  grownMiB: (after.rss - before.rss) / MIB,
  sizeMiB: size / MIB,
};
process.stdout.write(JSON.stringify(reading));
