import type { FailureClass } from "@cluster/pool";
import type { ClusterEvent } from "../events/cluster-event.ts";

/** Everything that happens in a fleet: what its tools do, with their names, and what becomes of requests. */
export type FleetEvent =
  | (ClusterEvent & { readonly tool: string })
  /** A request is given to an instance. `toolTurn` is its turn in the events of that tool. */
  | {
      readonly type: "request.assigned";
      readonly at: number;
      readonly turn: number;
      readonly tool: string;
      readonly instance: number;
      readonly toolTurn: number;
    }
  /** A tool failed a request, which goes on with another one. */
  | {
      readonly type: "request.failed-over";
      readonly at: number;
      readonly turn: number;
      readonly tool: string;
      readonly failureClass: FailureClass;
      readonly message: string;
    };
