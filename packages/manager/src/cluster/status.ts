import type { InstanceState, Occupancy, PoolHealth, PoolStatus } from "@cluster/pool";
import type { Instance } from "../instance/instance-schema.ts";

/** One instance at one moment: {@link Instance}, and what only a cluster knows of it. */
export interface ClusterInstance extends Instance {
  readonly state: InstanceState;
  readonly occupancy: Occupancy;
  /** How many processes it has had. */
  readonly generation: number;
  /** Requests at work on it or waiting for just this instance. */
  readonly inFlight: number;
  readonly turnsDone: number;
  readonly turnsFailed: number;
  /** How long its turns take, the newest counting most; null before the first. */
  readonly latencyMs: number | null;
  /** Why it is in `backoff` or `failed`. */
  readonly detail: string | null;
}

/** What went in and what came out. totalSent = totalReceived + totalFailed + pending, always. */
export interface ClusterMetrics {
  /** Requests accepted, by whatever method. */
  readonly totalSent: number;
  /** Whole responses that came back. */
  readonly totalReceived: number;
  /** Requests that ended with an error. */
  readonly totalFailed: number;
  /** Requests that have not ended yet. */
  readonly pending: number;
  /** Finished turns that wait for `read` or `readAny`. */
  readonly unread: number;
  /** Finished turns that were let go unread, because of `maxUnread`. */
  readonly evicted: number;
}

/** Who is alive. */
export type ClusterHealth = PoolHealth;

/** A cluster at one moment: plain data, never a live object. */
export interface ClusterStatus {
  readonly tool: string;
  readonly state: PoolStatus["state"];
  /** The name of the routing strategy. */
  readonly routing: string;
  readonly instances: readonly ClusterInstance[];
  readonly health: ClusterHealth;
  readonly metrics: ClusterMetrics;
}
