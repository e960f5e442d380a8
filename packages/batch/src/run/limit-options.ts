import type { Price } from "../contract/price.ts";
import type { CanaryJudge, CanaryReport } from "../schedule/canary.ts";
import type { OnQuota } from "../schedule/providers.ts";

/** A run's first tasks as a trial of the others. */
export interface CanaryOptions {
  /** How many, spread over the list. */
  readonly tasks: number;
  /** Is shown what they came to, before anybody decides. */
  readonly show?: (report: CanaryReport, signal: AbortSignal) => void | Promise<void>;
  /** Decides whether the others follow. @default they do when none of the first failed */
  readonly judge?: CanaryJudge;
  /**
   * The user's own command line: the others follow when none of the first failed and it succeeds.
   * `sh -c` runs it in a worktree with what has landed; the files that changed are `"$@"` and the lines of
   * `$CLUSTER_FILES`.
   */
  readonly verify?: string;
}

/** When a run gives up, beside `haltAfter`. */
export interface HaltOptions {
  /** So many failed tasks. @default Infinity */
  readonly failures?: number;
  /** Failed tasks as a part of those that ended, above 0 up to 1, once ten have. @default Infinity */
  readonly share?: number;
  /** So many tasks that failed for the same reason, paths and numbers in it aside. @default Infinity */
  readonly sameReason?: number;
}

/** How far a run may go. */
export interface LimitOptions {
  /**
   * What follows when the provider refuses for quota, which is no failure and uses up no retry. `wait`:
   * everybody waits for as long as it asks, then one task shows whether it answers again; the run ends
   * after five of those in vain. `pause`: the run ends at once. Either way it can be gone on with.
   * `{ switchTo }`: its tasks go on with another model. @default "wait"
   */
  readonly onQuota?: OnQuota;
  /** The longest wait for a provider that refuses, whatever it asks for. @default 900_000 */
  readonly maxQuotaWaitMs?: number;
  /**
   * US dollars, those of earlier sessions of the run among them. Before a turn begins, what may still come
   * of those under way is put aside: 1.5 times the dearest attempt so far for each, or `reserve`.
   * @default Infinity
   */
  readonly maxCostUsd?: number;
  /** Tokens, input and output together; otherwise as `maxCostUsd`. @default Infinity */
  readonly maxTokens?: number;
  /** From the start of this process on; turns under way end. @default Infinity */
  readonly maxTimeMs?: number;
  /**
   * What one attempt takes at most. Without it the first attempt runs alone where there is a limit, since
   * nothing is known then.
   */
  readonly reserve?: { readonly costUsd?: number; readonly tokens?: number };
  /**
   * What models cost, by name; by a tool's name, what that costs with a model that is not named; `*` for all
   * others. @default what the tool knows
   */
  readonly prices?: Readonly<Record<string, Price>>;
  /** So many tasks first, or how to try them. @default all at once */
  readonly canary?: number | CanaryOptions;
  readonly halt?: HaltOptions;
  /** While the machine has fewer free bytes of memory, no turn begins beside others. @default 0 */
  readonly minFreeMemoryBytes?: number;
  /**
   * A task whose edit was refused by `verify`, or whose reply could not be applied, is tried again as
   * `retries` says, and told why. @default false
   */
  readonly tellFailure?: boolean;
}
