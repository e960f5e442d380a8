import type { PoolStats } from "@cluster/pool";
import type { ClusterStatus } from "../cluster/status.ts";
import type { Reluctance } from "./provider.ts";

/** One tool of a fleet at one moment. */
export interface FleetToolStatus {
  readonly tool: string;
  readonly capabilities: readonly string[];
  /** Requests at work on it. */
  readonly atWork: number;
  /** Why those who can go elsewhere do so for now; null when it is as welcome as the others. */
  readonly refuses: Reluctance | null;
  readonly cluster: ClusterStatus;
  /** Of its one-shot way; null as long as no request came alone. */
  readonly oneShot: ClusterStatus | null;
}

/** A fleet at one moment, as plain data. sent = done + failed + waiting + atWork, always. */
export interface FleetStatus<Name extends string = string> {
  readonly tools: Readonly<Record<Name, FleetToolStatus>>;
  readonly sent: number;
  readonly done: number;
  readonly failed: number;
  readonly waiting: number;
  readonly atWork: number;
  /** How often a request went on with another tool. */
  readonly failedOver: number;
}

/** What the tools of a fleet have done, each with that of its one-shot way; null where that was not used. */
export type FleetStats<Name extends string = string> = Readonly<
  Record<Name, { readonly cluster: PoolStats; readonly oneShot: PoolStats | null }>
>;
