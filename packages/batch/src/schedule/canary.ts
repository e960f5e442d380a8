import type { TaskOutcome } from "../contract/evidence.ts";
import type { Task } from "../contract/task.ts";

/** What a run's first tasks came to, for whoever decides whether the others follow. */
export interface CanaryReport {
  readonly run: string;
  /** The run's branch with what they landed, as git names it. */
  readonly branch: string;
  /** The commit it began on. */
  readonly base: string;
  /** The commit that holds what landed so far. */
  readonly tip: string;
  /** In the order of the list. Their edits are commits: `evidence.commit`. */
  readonly tasks: readonly TaskOutcome[];
  /** What was asked for in each of them, in the same order. */
  readonly first: readonly Task[];
  /** The tasks that wait for the decision. */
  readonly rest: readonly Task[];
  /** Each landed, or changed nothing where that is no failure. */
  readonly ok: boolean;
}

/** Whether a run goes on after its first tasks, and if not, why. */
export interface CanaryDecision {
  readonly goesOn: boolean;
  readonly reason: string | null;
}

/**
 * Decides on a run's first tasks. `signal` is aborted when the run is told to end meanwhile.
 * Whoever rejects has the run halt.
 */
export type CanaryJudge = (
  report: CanaryReport,
  signal: AbortSignal,
) => boolean | CanaryDecision | Promise<boolean | CanaryDecision>;

/** So many of a list, spread over it, the first among them; in its order. The same for the same lengths. */
export function spreadOver<Item>(items: readonly Item[], count: number): Item[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, nth) => {
    return items[Math.floor((nth * items.length) / count)] as Item;
  });
}

/** Goes on when nothing failed. */
export function decideByOutcomes({ tasks, ok }: CanaryReport): CanaryDecision {
  if (ok) return { goesOn: true, reason: null };
  const bad = tasks.filter(({ outcome }) => outcome !== "landed" && outcome !== "no-change");
  const [first] = bad.length > 0 ? bad : tasks.filter(({ outcome }) => outcome === "no-change");
  const said = first === undefined ? "" : ` ${first.reason?.message ?? first.outcome}`;
  const many = bad.length > 0 ? `${bad.length} of them failed.` : "Some of them changed nothing.";
  return { goesOn: false, reason: `The first ${tasks.length} tasks were a trial. ${many}${said}` };
}

/** A judge's answer with a reason for what it stops. */
export function asDecision(answer: boolean | CanaryDecision): CanaryDecision {
  if (typeof answer !== "boolean") return answer;
  return {
    goesOn: answer,
    reason: answer ? null : "The trial of the first tasks was not accepted.",
  };
}
