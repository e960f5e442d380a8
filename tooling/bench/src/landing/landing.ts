import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Benchmark, Reading, Round, Way } from "../runner/benchmark.ts";
import { landByHand, removeByHand, worktreesByHand } from "./by-hand.ts";
import { type LargeRepository, largeRepository } from "./large-repository.ts";
import { editAndLand, runOfInstantTool, timed } from "./tasks.ts";

const WORKERS = 20;
const WORKTREES = 5;

const LANDING = "landing alone";
const LANDING_BY_HAND = "three gits for each landing";
const TASKS = `reset to landed, ${WORKERS} workspaces`;
const RUN = `a run, ${WORKERS} workers, an instant tool`;
const OPENING = `${WORKTREES} worktrees ready`;
const OPENING_BY_HAND = `${WORKTREES} times git worktree add`;

interface Amounts {
  readonly files: number;
  readonly landings: number;
  readonly tasks: number;
}

const AMOUNTS: Readonly<Record<"full" | "tiny", Amounts>> = {
  full: { files: 10_000, landings: 500, tasks: 240 },
  tiny: { files: 60, landings: 5, tasks: 45 },
};

const perSecond = (way: string) => (round: Round) => round[way]?.perSecond ?? Number.NaN;

/** What git's part of a task costs in a large repository. */
export const landing: Benchmark = {
  name: "landing",
  title: "Worktrees, tasks and landing in a repository of 10,000 files",
  about:
    "A packed repository of 10,000 files in 100 folders; each task changes a file of its own. Landing " +
    "alone: 500 commits that were made on one base before, one after the other. Reset to landed: 240 " +
    "tasks, each a reset to the branch's tip, an edit, the look at what changed, a commit and its " +
    "landing, without a tool; and the same as a run with a tool that answers at once, from the moment " +
    "at which each worker has done its first. CPU is of everything: git, what starts it, tool, cluster.",
  quantities: {
    perSecond: { label: "a second", digits: 1 },
    cpuMs: { label: "CPU each, ms", digits: 1 },
    seconds: { label: "s in all", digits: 2 },
  },
  claims: [
    {
      what: "landings a second, 10,000 files",
      unit: "a second",
      digits: 0,
      bar: { atLeast: 80 },
      of: perSecond(LANDING),
    },
    {
      what: `tasks from reset to landed, 10,000 files, ${WORKERS} workers, instant tool`,
      unit: "a second",
      digits: 1,
      bar: { atLeast: 20 },
      of: perSecond(RUN),
    },
    {
      what: `worktrees of 10,000 files ready for ${WORKTREES} workers`,
      unit: "s",
      digits: 2,
      bar: { atMost: 5 },
      of: (round) => round[OPENING]?.seconds ?? Number.NaN,
    },
  ],
  onlyByName: true,
  async prepare(scale) {
    const { files, landings, tasks } = AMOUNTS[scale];
    const repository = await largeRepository(files, landings);
    return {
      ways: waysOn(repository, tasks),
      [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
    };
  },
};

function waysOn(repository: LargeRepository, tasks: number): readonly Way[] {
  const { sample, commits } = repository;
  const files = repository.files.slice(0, tasks);
  const newRun = async () => {
    const opened = await repository.open();
    return opened.createRun({ run: randomUUID().slice(0, 8) });
  };
  return [
    {
      name: LANDING,
      async measure() {
        await using run = await newRun();
        return await timed(commits.length, async () => {
          const ends = await Promise.all(commits.map((commit) => run.land(commit)));
          if (ends.some(({ kind }) => kind !== "landed")) throw new Error("Not all have landed.");
        });
      },
    },
    {
      name: LANDING_BY_HAND,
      measure: () =>
        timed(commits.length, () => landByHand(sample, `refs/bench/${randomUUID()}`, commits)),
    },
    {
      name: TASKS,
      async measure() {
        await using run = await newRun();
        const workspaces = await Promise.all(
          Array.from({ length: WORKERS }, (_, index) => run.openWorkspace(index)),
        );
        return await timed(files.length, () => editAndLand(run, workspaces, files));
      },
    },
    { name: RUN, measure: () => runOfInstantTool(repository, WORKERS, files) },
    {
      name: OPENING,
      async measure() {
        await using run = await newRun();
        return inAll(
          await timed(WORKTREES, () =>
            Promise.all(Array.from({ length: WORKTREES }, (_, index) => run.openWorkspace(index))),
          ),
        );
      },
    },
    {
      name: OPENING_BY_HAND,
      async measure() {
        const folders = Array.from({ length: WORKTREES }, () =>
          join(repository.worktrees, randomUUID()),
        );
        const reading = await timed(WORKTREES, () => worktreesByHand(sample, folders));
        await removeByHand(sample, folders);
        return inAll(reading);
      },
    },
  ];
}

/** For what is wanted as a whole: how long all of them took. */
function inAll({ perSecond = Number.NaN, ...reading }: Reading): Reading {
  return { ...reading, seconds: WORKTREES / perSecond };
}
