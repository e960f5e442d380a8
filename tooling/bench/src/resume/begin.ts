// One process that begins, goes on with, or looks at a run of many tasks, and prints how long it took.
import {
  type AgentResult,
  type AgentTask,
  jsonLinesProtocol,
  keyTasks,
  LocalRunStore,
  MemoryJournal,
  openRepository,
  type Run,
  resumeRun,
  startRun,
  type Task,
  type TaskInput,
  type TaskOutcome,
  type ToolAdapter,
} from "@cluster/batch";
import { execa } from "execa";
import { settingOf } from "../measure/fresh-process.ts";

/** What is to be done. */
export interface BeginSetting {
  readonly what: "seed" | "start" | "resume" | "status";
  readonly repository: string;
  readonly state: string;
  readonly tasks: number;
}

const { what, repository: path, state, tasks: count } = settingOf<BeginSetting>();
const store = new LocalRunStore({ folder: state });
const repository = await openRepository(path);
/** It never gets ready: what is measured is over before. */
const tool: ToolAdapter<AgentTask, AgentResult> = {
  name: "cat",
  command: () => ({ file: "cat", args: [] }),
  connect: jsonLinesProtocol<AgentTask, AgentResult>(),
};
const inputs: TaskInput[] = Array.from({ length: count }, (_, index) => ({
  prompt: `Do what is to be done in place ${index} of this file`,
  files: ["a.txt"],
}));

async function firstDispatch(begin: () => Promise<Run>): Promise<object> {
  const began = performance.now();
  await using run = await begin();
  const dispatched = Promise.withResolvers<number>();
  run.subscribe((event) => {
    if (event.type === "attempt.started") dispatched.resolve(performance.now() - began);
  });
  const ms = await dispatched.promise;
  const rssMiB = process.memoryUsage.rss() / 1024 ** 2;
  run.stop();
  await run.finished;
  return { ms, rssMiB };
}

async function seed(): Promise<object> {
  const { commit: base, branch: target } = await repository.head();
  const { root, place } = repository;
  const record = { run: "many", root, place, base, target, tool: tool.name, workers: 5 };
  const began = { ...record, createdAt: Date.now(), settings: null };
  await using stored = await store.create(repository, began);
  const { journal } = stored;
  const tasks = keyTasks(inputs, { tool: tool.name, model: null, verify: null });
  await journal.plan(tasks);
  const sample = await sampleOutcome();
  const landed = await landCommits(tasks.slice(0, count / 2), base);
  // Half of it is done, and every tenth of that was tried twice.
  for (const task of tasks.slice(0, count / 2)) {
    let token = await journal.open(task.id);
    if (task.index % 10 === 0) {
      const failed = { type: "attempt.failed", task: task.id, token, sequel: "retry" } as const;
      await journal.record({ ...failed, outcome: "timeout", reason: null, result: null });
      token = await journal.open(task.id);
    }
    const evidence = { ...sample.evidence, commit: landed[task.index] ?? null };
    const result = { verdict: "edited", failure: null, evidence, outsideCommit: null } as const;
    await journal.record({ type: "attempt.committed", task: task.id, token, result });
    const attempts = token;
    const outcome = { ...sample, evidence, task: task.id, index: task.index, attempts };
    await journal.record({ type: "task.ended", token, outcome });
  }
  return {};
}

/** The run's branch with a commit for each task, in one go. */
async function landCommits(tasks: readonly Task[], base: string): Promise<string[]> {
  const ref = "refs/heads/cluster/many";
  const stream = tasks.map(({ id }, at) => {
    const text = `Edit\n\nCluster-Run: many\nCluster-Task: ${id}\nCluster-Attempt: 1\n`;
    const from = at === 0 ? `from ${base}\n` : "";
    const head = `commit ${ref}\ncommitter a <a@b> ${1_700_000_000 + at} +0000\n`;
    return `${head}data ${Buffer.byteLength(text)}\n${text}${from}\n`;
  });
  const options = { cwd: path, input: stream.join("") };
  await execa("git", ["fast-import", "--quiet"], options);
  const { stdout } = await execa("git", ["rev-list", "--reverse", `${base}..${ref}`], {
    cwd: path,
  });
  return stdout.split("\n");
}

/** An outcome as a real run writes it. */
async function sampleOutcome(): Promise<TaskOutcome> {
  const journal = new MemoryJournal();
  await using run = await startRun({ repository, tasks: inputs.slice(0, 1), tool, journal });
  run.stop();
  const [left] = (await run.finished).tasks;
  if (left === undefined) throw new Error("Expected one task.");
  const changes = [{ path: "a.txt", kind: "modified", insertions: 3, deletions: 1 }] as never;
  const evidence = { ...left.evidence, changes, instance: 1, commit: "0".repeat(40) };
  return { ...left, outcome: "landed", reason: null, evidence, tookMs: 1_000 };
}

async function status(): Promise<object> {
  const began = performance.now();
  using run = await store.read(repository, "many");
  const { size } = run;
  const { counts } = run.tally();
  const { owner } = run;
  const ms = performance.now() - began;
  if (size !== count || counts.landed !== count / 2 || owner !== null) {
    throw new Error(
      `Expected ${count} tasks, half of them landed, found ${size} and ${counts.landed}.`,
    );
  }
  return { ms, rssMiB: process.memoryUsage.rss() / 1024 ** 2 };
}

const deeds = {
  seed,
  start: () =>
    firstDispatch(() => startRun({ repository, tasks: inputs, tool, store, workers: 5 })),
  resume: () =>
    firstDispatch(() => resumeRun({ repository, run: "many", tool, store, workers: 5 })),
  status,
};
process.stdout.write(JSON.stringify(await deeds[what]()));
