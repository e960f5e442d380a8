import type { InstanceState } from "@cluster/manager";
import type { Spending } from "../contract/evidence.ts";
import { OUTCOMES, type Outcome } from "../contract/outcome.ts";
import type { ToolReport } from "../contract/report.ts";
import type { RunState, Stage } from "../contract/run-event.ts";
import { NOTHING_SPENT } from "../report/spending.ts";

/** One instance, and what it works on. */
export interface InstanceActivity {
  readonly instance: number;
  /** `null`: not known. */
  readonly tool: string | null;
  readonly state: InstanceState;
  /** `null`: nothing. */
  readonly task: string | null;
  readonly files: readonly string[];
  readonly stage: Stage | null;
  /** When the stage began, in milliseconds since the epoch. */
  readonly since: number;
}

/** A provider that refuses for quota. */
export interface RefusingModel {
  readonly tool: string;
  /** `null`: the tool's own. */
  readonly model: string | null;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The wait is over, and one task is to show whether it answers again. */
  readonly probing: boolean;
}

/** A model that gets few turns at once. */
export interface LimitedModel {
  readonly tool: string;
  /** `null`: the tool's own. */
  readonly model: string | null;
  readonly limit: number;
}

/** An attempt that is under way, on an instance or waiting for one. */
export interface AttemptActivity {
  readonly task: string;
  readonly tool: string | null;
  readonly attempt: number;
  readonly files: readonly string[];
  readonly instance: number | null;
  readonly stage: Stage;
  /** When the stage began, in milliseconds since the epoch. */
  readonly since: number;
}

/**
 * A run at one moment, folded from its events: `total = ended + running + queued`, always.
 * Its size depends on the workers, not on the tasks.
 */
export interface RunStatus extends Spending {
  readonly run: string;
  readonly tool: string;
  readonly state: RunState;
  /** Why it drains, stops or was halted. */
  readonly stateReason: string | null;
  readonly base: string;
  readonly branch: string;
  readonly workers: number;
  readonly startedAt: number | null;
  /** When the first attempt got an instance. */
  readonly firstAttemptAt: number | null;
  readonly endedAt: number | null;
  /** While the provider's quota is waited for: the end of the wait. */
  readonly pausedUntil: number | null;
  /** The user holds it back: no turn begins until it is continued. */
  readonly held: boolean;
  /** Providers that have refused for quota, and have not answered since. */
  readonly refusing: readonly RefusingModel[];
  /** Models that get fewer turns at once than there are workers. */
  readonly limited: readonly LimitedModel[];
  /** Free memory is below the floor: no turn begins beside others. */
  readonly memoryLow: boolean;
  /** Only the first tasks are tried, as a trial of the others. */
  readonly canary: boolean;
  readonly total: number;
  /** Not begun, or waiting for the next attempt. */
  readonly queued: number;
  /** In an attempt, its landing included. */
  readonly running: number;
  readonly ended: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Of those counts, the tasks that had ended before this process went on with the run. */
  readonly before: Readonly<Record<Outcome, number>>;
  /** Attempts that were followed by another one. */
  readonly retries: number;
  /** What each tool did of the tasks that have ended in this session. */
  readonly byTool: readonly ToolReport[];
  /** Tools whose tasks others take. */
  readonly toolsOut: readonly string[];
  readonly attempts: readonly AttemptActivity[];
  /** More than the workers where the next tasks get ready ahead; no more than those take turns. */
  readonly instances: readonly InstanceActivity[];
}

/** No outcome yet. */
export const NO_COUNTS: Readonly<Record<Outcome, number>> = Object.freeze(
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>,
);

/** A run of which nothing has been heard. */
export function initialRunStatus(run: string): RunStatus {
  return {
    ...NOTHING_SPENT,
    run,
    tool: "",
    state: "preparing",
    stateReason: null,
    base: "",
    branch: "",
    workers: 0,
    startedAt: null,
    firstAttemptAt: null,
    endedAt: null,
    pausedUntil: null,
    held: false,
    refusing: [],
    limited: [],
    memoryLow: false,
    canary: false,
    total: 0,
    queued: 0,
    running: 0,
    ended: 0,
    counts: NO_COUNTS,
    before: NO_COUNTS,
    retries: 0,
    byTool: [],
    toolsOut: [],
    attempts: [],
    instances: [],
  };
}
