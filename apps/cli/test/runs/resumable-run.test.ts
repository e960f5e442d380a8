import { mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalRunStore, RUN_FILES, type RunReport, type Site } from "@cluster/batch";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pickedRun } from "../../src/runs/picked-run.ts";
import { resumableRun } from "../../src/runs/resumable-run.ts";

let folder: TemporaryFolder;
let store: LocalRunStore;
let repository: Site;
let clock = 0;

beforeEach(async () => {
  folder = await temporaryFolder();
  clock = 0;
  store = new LocalRunStore({ folder: folder.path, now: () => clock });
  repository = { commonDir: join(folder.path, "repository/.git") } as Site;
  await mkdir(repository.commonDir, { recursive: true });
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

interface Kept {
  readonly createdAt: number;
  /** `killed` leaves no end. */
  readonly end: RunReport["end"] | "killed";
  readonly at: number;
  /** @default 2 */
  readonly tasks?: number;
  readonly comparison?: { readonly id: string; readonly tools: readonly string[] };
  /** Of a comparison. */
  readonly tool?: string;
}

/** A run of which each task has its outcome where it is complete, and none has it otherwise. */
async function kept(run: string, options: Kept): Promise<void> {
  const { createdAt, end, at, tasks = 2, comparison, tool = "one" } = options;
  clock = createdAt;
  const record = {
    ...{ run, root: folder.path, base: "b", target: "main", tool, workers: 1, createdAt },
    settings: { kind: "cluster run", flags: { tool }, comparison },
  };
  await using stored = await store.create(repository, record);
  const { journal } = stored;
  const planned = Array.from({ length: tasks }, (_, index) => ({
    ...{ id: `t${index}`, index, prompt: "x", files: [] },
  }));
  await journal.plan(planned);
  clock = at;
  for (const { id } of end === "complete" ? planned : []) {
    await journal.open(id);
    await journal.record({ type: "task.ended", token: 1, outcome: ended(id) });
  }
  const log = join(stored.folder, RUN_FILES.events);
  await writeFile(log, "");
  await utimes(log, at / 1000, at / 1000);
  if (end === "killed") return;
  await journal.mark({ type: "run.ended", end, reason: null, delivery: { kind: "nothing" } });
}

function ended(task: string) {
  const usage = { inputTokens: 0, outputTokens: 0 };
  const spent = { usage, costUsd: 0, knownUsage: usage, knownCostUsd: 0 };
  return { task, index: 0, files: [], outcome: "landed", attempts: 1, spent } as never;
}

const meant = () => resumableRun({ repository, store, elsewhere: undefined });
const BOTH = { id: "c", tools: ["one", "two"] };

it("is the one that was at work last, whichever began first", async () => {
  await kept("aaaaaaaa", { createdAt: 1_000, end: "killed", at: 9_000 });
  await kept("bbbbbbbb", { createdAt: 2_000, end: "interrupted", at: 3_000 });
  await kept("cccccccc", { createdAt: 4_000, end: "complete", at: 9_500 });
  const found = await meant();
  expect(found).toMatchObject({ run: "aaaaaaaa", others: ["bbbbbbbb"], comparison: null });
  expect(found && pickedRun(found, 14_000, "/else")).toEqual([
    "Picked run aaaaaaaa: at work last, 5.0s ago",
    "Name another one to go on with that: bbbbbbbb",
  ]);
});

it("is a comparison whose next tool has not begun, though each of its runs has come to its end", async () => {
  await kept("aaaaaaaa", { createdAt: 1_000, end: "interrupted", at: 2_000 });
  await kept("bbbbbbbb", { createdAt: 3_000, end: "complete", at: 5_000, comparison: BOTH });
  const found = await meant();
  expect(found).toMatchObject({ run: "bbbbbbbb", others: ["aaaaaaaa"] });
  expect(found && pickedRun(found, 6_000, undefined)[0]).toBe(
    "Picked run bbbbbbbb, of the comparison of one, two: at work last, 1.0s ago",
  );
});

it("is the run of a comparison that has something to do, not one that was killed before it was planned", async () => {
  const [first, second] = [{ comparison: BOTH }, { comparison: BOTH, tool: "two" }];
  await kept("aaaaaaaa", { createdAt: 1_000, end: "complete", at: 2_000, ...first });
  await kept("bbbbbbbb", { createdAt: 3_000, end: "killed", at: 3_000, tasks: 0, ...second });
  const found = await meant();
  expect(found).toMatchObject({ run: "aaaaaaaa", others: [] });
  expect(found && pickedRun(found, 6_000, undefined)).toEqual([
    "Picked run aaaaaaaa, of the comparison of one, two",
  ]);
});

it("is no comparison of which every tool has done its tasks", async () => {
  await kept("aaaaaaaa", { createdAt: 1_000, end: "budget", at: 2_000 });
  await kept("bbbbbbbb", { createdAt: 3_000, end: "complete", at: 4_000, comparison: BOTH });
  const second = { comparison: BOTH, tool: "two" };
  await kept("cccccccc", { createdAt: 5_000, end: "complete", at: 6_000, ...second });
  const found = await meant();
  expect(found).toMatchObject({ run: "aaaaaaaa", others: [] });
  expect(found && pickedRun(found, 6_000, undefined)).toEqual([]);
});

it("is none that the user took back, though its tasks could be made again", async () => {
  await kept("aaaaaaaa", { createdAt: 1_000, end: "interrupted", at: 2_000 });
  await kept("bbbbbbbb", { createdAt: 3_000, end: "interrupted", at: 4_000 });
  {
    await using stored = await store.open(repository, "bbbbbbbb");
    const delivery = { kind: "undone", folder: folder.path, restored: 1, changed: [] } as const;
    await stored.journal.mark({ type: "run.ended", end: "interrupted", reason: null, delivery });
  }
  expect(await meant()).toMatchObject({ run: "aaaaaaaa", others: [] });
});

it("is found where the log of a run is closed to us", async () => {
  await kept("aaaaaaaa", { createdAt: 1_000, end: "interrupted", at: 2_000 });
  await kept("bbbbbbbb", { createdAt: 3_000, end: "killed", at: 4_000 });
  const listed = await store.list(repository);
  const log = join(listed.find(({ run }) => run === "bbbbbbbb")?.folder ?? "", RUN_FILES.events);
  await rm(log);
  // As little to be looked at as in a folder of another user's.
  await symlink(log, log);
  expect(await meant()).toMatchObject({ run: "bbbbbbbb", others: ["aaaaaaaa"] });
});
