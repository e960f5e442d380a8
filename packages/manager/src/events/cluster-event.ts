import type { PoolEvent } from "@cluster/pool";

/** Everything that happens in a cluster. The number of a turn is that of the {@link ClusterTurn}. */
export type ClusterEvent =
  | PoolEvent
  /** Nobody read this response, and `maxUnread` newer ones came. Its turn still holds it. */
  | {
      readonly type: "response.evicted";
      readonly at: number;
      readonly instance: number | null;
      readonly turn: number;
    };
