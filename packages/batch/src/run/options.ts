import type { AgentPermissions, Clock, QuestionPolicy, TranscriptOptions } from "@cluster/manager";
import type { DeliveryChoice } from "@cluster/workspace";
import type { Journal } from "../contract/journal.ts";
import type { Durability, RunStore } from "../contract/run-store.ts";
import type { Place, Site } from "../contract/site.ts";
import type { TaskInput } from "../contract/task.ts";
import type { TaskContext } from "../contract/task-context.ts";
import type { CrewOptions } from "../crew/crew-options.ts";
import type { LimitOptions } from "./limit-options.ts";

/** What to run, on what, with what. Times are in milliseconds; `Infinity` switches a deadline off. */
export interface RunOptions extends LimitOptions, CrewOptions {
  /** The git repository, or in place any folder: a path in it, or one that is open already. */
  readonly repository: string | Site;
  /**
   * Where the instances work: each in a git worktree of its own, or all in the folder itself, with backups
   * and a lock for each file. In place every task names its files.
   * @default that of `repository` when it is open, otherwise "worktrees"
   */
  readonly place?: Place;
  readonly tasks: readonly TaskInput[];
  /** How many instances; never more than there are tasks. @default 3, or as many as the fleet has */
  readonly workers?: number;
  /**
   * What a task's tool knows of the tasks before it on the same instance: `fresh` (nothing, a process
   * for each attempt), `reset` (it is told to forget) or `conversation` (everything).
   * @default "fresh" where the tool's capabilities say `quickStart`, otherwise "reset"
   */
  readonly context?: TaskContext;
  /** The model for tasks that name none. @default the tool's own */
  readonly model?: string;
  /** One turn of the tool. @default 600_000 */
  readonly timeoutMs?: number;
  /** Silence within a turn. @default Infinity */
  readonly idleTimeoutMs?: number;
  /** From the start of a process to its readiness. @default 60_000 */
  readonly startTimeoutMs?: number;
  /** How often a failed attempt is repeated, where its kind of failure may pass. @default 1 */
  readonly retries?: number;
  /** Before the first retry; it doubles each time, up to a minute, with jitter. @default 1_000 */
  readonly retryDelayMs?: number;
  /**
   * The user's own command line, which judges each edit: `sh -c` runs it in the workspace. The
   * task's files are `"$@"` and the lines of `$CLUSTER_FILES`; they are never spliced in.
   */
  readonly verify?: string;
  /** @default 300_000 */
  readonly verifyTimeoutMs?: number;
  /**
   * The user's own command line, which makes a new worktree fit for work, such as `npm ci`: `sh -c` runs it
   * there before the first task. What it leaves and git ignores stays from task to task. `$CLUSTER_ROOT` is
   * the user's own work tree, `$CLUSTER_INSTANCE` the number of the instance.
   */
  readonly setup?: string;
  /** @default 600_000 */
  readonly setupTimeoutMs?: number;
  /**
   * The user's own command line, which judges everything together at the end, in a workspace that has all
   * that landed and nothing else. When it fails, the run's branch stays and is not delivered.
   */
  readonly verifyRun?: string;
  /**
   * What all worktrees of the run may take on the disk, in bytes: as many instances are used as have room,
   * by the size of what is checked out. What a setup adds is not known before and not counted.
   * @default Infinity
   */
  readonly maxWorktreeBytes?: number;
  /**
   * Where what landed is wanted in the end: `merge`, `squash` and `rebase` bring it into the branch that is
   * checked out, `branch` leaves it on its own, `patches` writes a file for each task into `folder`, by
   * default `cluster-<run>` in the current one.
   * @default { as: "merge" }
   */
  readonly delivery?: DeliveryChoice;
  /** Land changes outside a task's files too. Not in place, where they stay anyway. @default false */
  readonly allowOutside?: boolean;
  /**
   * Run the user's git hooks on each commit that is to land: what `pre-commit` or `commit-msg` refuses ends
   * as `verify-failed`, and is kept. Not in place. @default false
   */
  readonly hooks?: boolean;
  /** A task that changes nothing fails the run. @default false */
  readonly requireChange?: boolean;
  readonly permissions?: AgentPermissions;
  /** Answers the tool's questions. @default no to everything */
  readonly onQuestion?: QuestionPolicy;
  /**
   * How many tasks in a row may end for a reason that the next ones would meet too (a refused key, a
   * broken installation, a provider that is down, spent quota, a full disk) before the run halts. Of several
   * tools each has a row of its own, and the others go on. `Infinity`: it never does. @default 3
   */
  readonly haltAfter?: number;
  /**
   * Where the run is kept, so that it can be gone on with when its process ends. `null`: nowhere.
   * @default the user's state folder
   */
  readonly store?: RunStore | null;
  /**
   * What the run survives: `process`, the death of its process; `power`, a loss of power too, which costs
   * a write to the disk for each group of transitions. @default "process"
   */
  readonly durability?: Durability;
  /** Kept with the run for whoever goes on with it: any JSON. @default null */
  readonly settings?: unknown;
  /** A journal of one's own; then the run is kept there, and nowhere else. */
  readonly journal?: Journal;
  /**
   * A folder for one transcript of each instance, or an object for transcripts that rotate. `true`: in
   * the run's folder, rotating, where the run is kept.
   * @default false
   */
  readonly transcripts?: boolean | string | TranscriptOptions;
  /** Values that must not appear in events, outcomes, reports and transcripts, such as API keys. */
  readonly secrets?: readonly string[];
  /** Leaves the worktrees, for a look at them. @default false */
  readonly keepWorktrees?: boolean;
  /** The commit that it begins on, by its whole id. Not in place. @default what is checked out */
  readonly base?: string;
  /** The run's name. @default 8 characters that sort by time */
  readonly id?: string;
  /** Time, for tests. */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, for tests. @default Math.random */
  readonly random?: () => number;
}
