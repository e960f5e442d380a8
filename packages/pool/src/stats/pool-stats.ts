import type { FailureClass } from "../contract/agent.ts";
import type { PoolErrorCode } from "../errors/codes.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import type { InstanceState, Occupancy } from "../instance/instance-state.ts";

/** How a time is distributed, in milliseconds, with a precision of 0.1 %. All 0 while `count` is. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
}

/** What a pool has done since it was made, as plain data that JSON can hold. */
export interface PoolStats {
  readonly tool: string;
  /** When it was taken: milliseconds since the epoch. */
  readonly at: number;
  /** How old the pool is, in milliseconds. */
  readonly ageMs: number;
  /** accepted = done + failed + running + queued. */
  readonly requests: {
    readonly accepted: number;
    readonly done: number;
    readonly failed: number;
    readonly running: number;
    readonly queued: number;
    /** `failed` by what it was; `OTHER` is no error of the pool's. */
    readonly failedByCode: Readonly<Partial<Record<PoolErrorCode | "OTHER", number>>>;
    /** `failed` by {@link failureClassOf}; `none` is not the tool's failure. */
    readonly failedByClass: Readonly<Partial<Record<FailureClass | "none", number>>>;
    /** Questions of the tool that were answered. */
    readonly questions: number;
  };
  /** From acceptance to an instance, of requests and leases that got one. Turns of a lease do not wait. */
  readonly waitMs: Distribution;
  /** From its beginning to its end, of every turn, failed ones too. */
  readonly runMs: Distribution;
  /** From the start of a process to its readiness, of those that became ready. */
  readonly startMs: Distribution;
  /** What share of the instances' time was spent in leases and turns, resets included: 0 to 1. */
  readonly utilisation: {
    readonly sinceStart: number;
    /** Of the last 55 to 60 seconds. */
    readonly lastMinute: number;
  };
  readonly queue: {
    /** Requests and leases that wait now. */
    readonly waiting: number;
    /** The most that have waited at once. */
    readonly mostWaiting: number;
    /** `maxQueue`; null for none. */
    readonly limit: number | null;
  };
  /** How many instances are in each state now. */
  readonly instances: Readonly<Record<InstanceState, number>>;
  readonly occupancy: Readonly<Record<Occupancy, number>>;
  /** Those of instances; a spare counts from the moment it becomes an instance's. */
  readonly processes: {
    readonly started: number;
    /** Of `started`, those that were not the first of their instance. */
    readonly restarted: number;
    readonly ready: number;
    /** Of `ready`, those that were spares before. */
    readonly fromSpares: number;
    readonly ended: number;
    /** `ended` by why: `exited` is by itself. */
    readonly endedByReason: Readonly<Partial<Record<TerminationReason, number>>>;
  };
}
