import type { Exit } from "../contract/process-host.ts";
import type { InstanceState, Occupancy } from "../instance/instance-state.ts";

/** One instance at one moment: a copy, never a live object. */
export interface InstanceStatus {
  readonly index: number;
  readonly state: InstanceState;
  readonly occupancy: Occupancy;
  /** Whether a process of it is running now. */
  readonly alive: boolean;
  readonly pid: number | null;
  /** How many processes it has had. */
  readonly generation: number;
  /** Requests at work on it or waiting for just this instance. */
  readonly inFlight: number;
  readonly turnsDone: number;
  readonly turnsFailed: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** How its last process ended; `null` while the first one runs. */
  readonly lastExit: Exit | null;
  /** Why it is in `backoff` or `failed`, with the end of its stderr. */
  readonly detail: string | null;
}

/** The processes kept ready beyond the instances. */
export interface SpareStatus {
  readonly ready: number;
  readonly starting: number;
  /** Why there are none for a while: their restart budget is spent. */
  readonly detail: string | null;
}

/** A pool at one moment. accepted = done + failed + running + queued, at every moment. */
export interface PoolStatus {
  readonly tool: string;
  readonly state: "open" | "draining" | "closed";
  readonly instances: readonly InstanceStatus[];
  readonly spares: SpareStatus;
  readonly accepted: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  readonly queued: number;
}

/** Who is alive: what a monitor asks. */
export interface PoolHealth {
  readonly total: number;
  readonly alive: number;
  readonly dead: number;
  readonly instances: readonly {
    readonly index: number;
    readonly alive: boolean;
    readonly state: InstanceState;
  }[];
}
