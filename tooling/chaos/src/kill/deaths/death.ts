import type { Random } from "../../random/random.ts";

/** Who is killed. */
export const VICTIMS = ["manager", "worker", "git", "runner", "group", "everything"] as const;

/**
 * - `manager`: the process of `cluster` itself
 * - `worker`: one process of the tool
 * - `git`: a git that runs
 * - `runner`: the process that starts git for the manager
 * - `group`: the manager with its process group
 * - `everything`: all that the run has started, at once
 */
export type Victim = (typeof VICTIMS)[number];

/** After these the run has no manager, and must be gone on with. */
export const FATAL: ReadonlySet<Victim> = new Set(["manager", "group", "everything"]);

/** One kill: who, and when. */
export interface Death {
  readonly victim: Victim;
  /** It is due when so many edits have been made, over all sessions. */
  readonly afterEdits: number;
  /**
   * Then it waits for this:
   * - `delay`: some milliseconds
   * - `git`: until a git of this run does that
   * - `start`: so long after the next start of the manager
   */
  readonly moment:
    | { readonly kind: "delay"; readonly ms: number }
    | { readonly kind: "git"; readonly word: string }
    | { readonly kind: "start"; readonly ms: number };
}

/** Words of git commands at which a run is most delicate. */
const DELICATE = [
  "update-ref",
  "commit-tree",
  "merge-tree",
  "read-tree",
  "write-tree",
  "checkout",
  "add",
  "remove",
  "diff",
] as const;

const WEIGHTS: Readonly<Record<Victim, number>> = {
  manager: 5,
  worker: 2,
  git: 3,
  runner: 1,
  group: 3,
  everything: 3,
};

/** Chooses by seed who is killed, and when: at least `atLeast` times, of which some leave no manager. */
export function deathsOf(random: Random, atLeast: number, edits: number): readonly Death[] {
  const weighted = Object.entries(WEIGHTS).flatMap(([victim, weight]) =>
    Array<Victim>(weight).fill(victim as Victim),
  );
  const death = (afterEdits: number, index: number): Death => {
    const victim = index === 0 ? random.pick(["manager", "group"] as const) : random.pick(weighted);
    return { victim, afterEdits, moment: momentOf(random, victim) };
  };
  // These come while much is still to be done, so that they do come.
  const early = Array.from({ length: atLeast }, (_, index) =>
    death(random.whole(0, Math.floor(edits * 0.6)), index),
  );
  // And some at any time: also when all edits have been made, at the last landings and the delivery.
  const late = Array.from({ length: random.whole(1, 4) }, () =>
    death(random.next() < 0.4 ? edits : random.whole(0, edits), 1),
  );
  return [...early, ...late].sort((one, other) => one.afterEdits - other.afterEdits);
}

function momentOf(random: Random, victim: Victim): Death["moment"] {
  const chance = random.next();
  if (FATAL.has(victim) && chance < 0.2) return { kind: "start", ms: random.whole(50, 2_500) };
  if (chance < 0.6) return { kind: "git", word: random.pick(DELICATE) };
  return { kind: "delay", ms: random.whole(0, 60) };
}
