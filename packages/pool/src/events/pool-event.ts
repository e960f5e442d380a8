import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { Exit } from "../contract/process-host.ts";
import type { AnsweredQuestion } from "../contract/question.ts";
import type { EndSignal } from "../contract/tool-connection.ts";
import type { InstanceState } from "../instance/instance-state.ts";

/** Why a process was ended. The first reason wins and is kept. */
export type TerminationReason =
  | "shutdown"
  | "stop"
  | "restart"
  | "start-failed"
  | "turn-timeout"
  | "turn-cancelled"
  | "turn-output-limit"
  | "protocol-violation"
  | "reset"
  | "replaced"
  | "recycled"
  | "ping-failed"
  | "turn-over"
  | "exited";

/** Everything that happens in a pool. Subscribers see it in order; none reaches into live objects. */
export type PoolEvent =
  | {
      readonly type: "process.starting";
      readonly at: number;
      readonly instance: number;
      readonly generation: number;
    }
  | {
      /** A process is not ready after a quarter of `startTimeoutMs`: it may be waited for in vain. */
      readonly type: "process.late";
      readonly at: number;
      readonly instance: number;
      readonly generation: number;
      /** From the start of the process until now. */
      readonly startMs: number;
      /** What it was to print, as far as that is known, and what it has printed. */
      readonly detail: string;
    }
  | {
      readonly type: "process.ready";
      readonly at: number;
      readonly instance: number;
      readonly generation: number;
      readonly pid: number;
      /** From the start of the process to its first possible request. */
      readonly startMs: number;
      /** It was started ahead, as a spare, and became the instance's at once. */
      readonly spare?: true;
    }
  | {
      readonly type: "process.ended";
      readonly at: number;
      readonly instance: number;
      readonly generation: number;
      readonly exit: Exit;
      readonly reason: TerminationReason;
    }
  | {
      readonly type: "instance.state";
      readonly at: number;
      readonly instance: number;
      readonly state: InstanceState;
      readonly detail?: string;
    }
  | {
      /**
       * Of a process that is kept ready beyond the instances. `failed`: their restart budget is spent,
       * and none is tried for a period.
       */
      readonly type: "spare.state";
      readonly at: number;
      /** The {@link Slot.index} it was started with. */
      readonly slot: number;
      readonly state: "starting" | "ready" | "taken" | "ended" | "failed";
      /** Whose it is, or whose it was made for; null while it may become anybody's. */
      readonly instance: number | null;
      readonly pid: number | null;
      readonly detail?: string;
    }
  | {
      readonly type: "request.accepted";
      readonly at: number;
      /** The number of its turn. */
      readonly turn: number;
      /** How many wait, this one included. */
      readonly queued: number;
    }
  | {
      /** It ended before it began: refused, given up, or its pool was closed. */
      readonly type: "request.refused";
      readonly at: number;
      readonly turn: number;
      readonly waitMs: number;
      /** The error's code. */
      readonly code?: string;
    }
  | {
      /** Processes that a program which was killed had left behind were ended. */
      readonly type: "ledger.swept";
      readonly at: number;
      readonly processes: number;
    }
  | {
      /** No ledger can be written: should this program be killed, the next one finds nothing of it. */
      readonly type: "ledger.failed";
      readonly at: number;
      readonly detail: string;
    }
  | {
      readonly type: "turn.started";
      readonly at: number;
      readonly instance: number;
      readonly turn: number;
      readonly waitMs: number;
    }
  | {
      readonly type: "turn.progress";
      readonly at: number;
      readonly instance: number;
      readonly turn: number;
      readonly event: ConnectionEvent;
    }
  | {
      readonly type: "turn.question";
      readonly at: number;
      readonly instance: number;
      readonly turn: number;
      readonly answered: AnsweredQuestion;
    }
  | {
      readonly type: "turn.ended";
      readonly at: number;
      readonly instance: number;
      readonly turn: number;
      readonly runMs: number;
      readonly outcome: "done" | "failed";
      /** What ended it, when it is done. */
      readonly endedBy?: EndSignal;
      /** The error's code, when it failed. */
      readonly code?: string;
    };
