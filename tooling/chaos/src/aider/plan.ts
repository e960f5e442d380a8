import type { Random } from "../random/random.ts";
import { type Mischief, WEIGHTS } from "./mischief.ts";

/** One task and what the model does to it. */
export interface PlannedTask {
  readonly name: string;
  readonly file: string;
  readonly mischief: Mischief;
  /** Another task at the same file, at the same time. */
  readonly rival: string | null;
}

/** A repository and what is to be done in it. */
export interface Plan {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly tasks: readonly PlannedTask[];
}

/** How many tasks there are of the mischiefs that cost time, or need a partner. */
export interface PlanOptions {
  readonly files: number;
  readonly spentQuotas: number;
  readonly hangs: number;
  /** Files that two tasks are at. */
  readonly rivalries: number;
}

/** The line that rivals are at. */
export const CONTESTED_LINE = "- first point";

/** Chooses by seed what goes wrong for which task. */
export function planOf(random: Random, options: PlanOptions): Plan {
  const { files, spentQuotas, hangs, rivalries } = options;
  const paths = Array.from({ length: files }, (_, index) => pathOf(index + 1, random));
  const weighted = Object.entries(WEIGHTS).flatMap(([mischief, weight]) =>
    Array<Mischief>(weight).fill(mischief as Mischief),
  );
  const special: Mischief[] = [
    ...Array<Mischief>(spentQuotas).fill("quota"),
    ...Array<Mischief>(hangs).fill("hangs"),
    ...Array.from({ length: rivalries }, (_, index) =>
      index % 2 === 0 ? ("conflict" as const) : ("conflict-given-up" as const),
    ),
  ];
  const chosen = random.shuffled([
    ...special,
    ...Array.from({ length: files - special.length }, () => random.pick(weighted)),
  ]);
  const tasks = paths.flatMap((file, index): PlannedTask[] => {
    const mischief = chosen[index] ?? "none";
    const name = `t${String(index + 1).padStart(3, "0")}`;
    if (!mischief.startsWith("conflict")) return [{ name, file, mischief, rival: null }];
    const [one, other] = [`${name}a`, `${name}b`];
    return [
      { name: one, file, mischief, rival: other },
      { name: other, file, mischief, rival: one },
    ];
  });
  return { files: Object.fromEntries(paths.map((path) => [path, pageOf(path)])), tasks };
}

/** Names that are far from each other: aider takes a near miss for another file of the chat. */
function pathOf(number: number, random: Random): string {
  const letters = Array.from({ length: 12 }, () => String.fromCharCode(random.whole(97, 122)));
  return `docs/${letters.join("")}-${number}.md`;
}

function pageOf(path: string): string {
  return `# ${path}\n\nWhat it says.\n\n${CONTESTED_LINE}\n- second point\n`;
}
