import type { PoolHealth, PoolStatus } from "@cluster/pool";
import { describeInstance } from "../instance/describe-instance.ts";
import type { ClusterInstance, ClusterStatus } from "./status.ts";

/** What a cluster's status is made of. */
export interface ClusterParts {
  readonly pool: PoolStatus;
  readonly health: PoolHealth;
  /** The name of its strategy. */
  readonly routing: string;
  latencyOf(instance: number): number | null;
  /** Of all turns. */
  readonly totals: { readonly sent: number; readonly received: number; readonly failed: number };
  readonly inbox: { readonly unread: number; readonly evicted: number };
}

/** A cluster at one moment, as plain data. Pure. */
export function describeCluster(parts: ClusterParts): ClusterStatus {
  const { tool, state, instances } = parts.pool;
  const { sent, received, failed } = parts.totals;
  const { unread, evicted } = parts.inbox;
  return {
    tool,
    state,
    routing: parts.routing,
    instances: instances.map(
      (one): ClusterInstance => ({
        ...describeInstance(tool, one),
        state: one.state,
        occupancy: one.occupancy,
        generation: one.generation,
        inFlight: one.inFlight,
        turnsDone: one.turnsDone,
        turnsFailed: one.turnsFailed,
        latencyMs: parts.latencyOf(one.index),
        detail: one.detail,
      }),
    ),
    health: parts.health,
    metrics: {
      totalSent: sent,
      totalReceived: received,
      totalFailed: failed,
      pending: sent - received - failed,
      unread,
      evicted,
    },
  };
}
