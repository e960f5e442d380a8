import type { Random } from "../random/random.ts";

/** What a task does; see `tool/chaos_tool.py`. */
export const KINDS = [
  "edit",
  "slow",
  "shared",
  "outside",
  "nothing",
  "fails-once",
  "fails",
  "dies-once",
] as const;

export type Kind = (typeof KINDS)[number];

const WEIGHTS: Readonly<Record<Kind, number>> = {
  edit: 50,
  slow: 8,
  shared: 20,
  outside: 5,
  nothing: 4,
  "fails-once": 5,
  fails: 4,
  "dies-once": 4,
};

/** One task of a run that is to be killed. */
export interface ChaosTask {
  readonly name: string;
  readonly kind: Kind;
  readonly files: readonly string[];
  readonly prompt: string;
}

/** A repository and what is to be done in it. */
export interface ChaosPlan {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly tasks: readonly ChaosTask[];
  /** A fresh process for each task, or one that is told to forget. */
  readonly context: "fresh" | "reset";
  readonly durability: "process" | "power";
}

/** Files that several tasks are at, each at the end: most that meet there conflict. */
const SHARED_FILES = 4;

/** Chooses by seed what is to be done. */
export function chaosPlan(random: Random, count: number): ChaosPlan {
  const weighted = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
    Array<Kind>(weight).fill(kind as Kind),
  );
  const shared = Array.from({ length: SHARED_FILES }, (_, index) => `shared/${index}.txt`);
  const tasks = Array.from({ length: count }, (_, index): ChaosTask => {
    const name = `task-${String(index + 1).padStart(4, "0")}`;
    const kind = random.pick(weighted);
    const own = `own/${index % 10}/${name}.txt`;
    const ms = kind === "slow" ? random.whole(50, 400) : random.whole(0, 1) * random.whole(0, 20);
    return {
      name,
      kind,
      files: [kind === "shared" ? random.pick(shared) : own],
      prompt: `Do what is to be done. [chaos ${JSON.stringify({ task: name, kind, ms })}]`,
    };
  });
  const paths = new Set([...shared, ...tasks.flatMap(({ files }) => files)]);
  return {
    files: Object.fromEntries([...paths].map((path) => [path, `This is ${path}.\n`])),
    tasks,
    context: random.pick(["fresh", "reset"]),
    durability: random.pick(["process", "process", "process", "power"]),
  };
}
