import type { FailureClass, Usage } from "./agent.ts";

/** The tool is at work, and there is nothing to tell of it: it only keeps the idle deadline away. */
export interface SignOfLife {
  readonly type: "sign";
}

/** What happens inside a turn, as the tool tells it. */
export type ConnectionEvent =
  /** A piece of the answer. */
  | { readonly type: "text"; readonly text: string }
  /** Something the tool says beside its answer. */
  | { readonly type: "notice"; readonly level: "info" | "warning" | "error"; readonly text: string }
  /** The tool claims that it changed a file. Only the diff proves it. */
  | { readonly type: "edit"; readonly path: string }
  | { readonly type: "usage"; readonly usage: Usage }
  /** The tool met a failure and goes on, as when it retries a refused call. */
  | {
      readonly type: "setback";
      readonly failureClass: FailureClass;
      readonly message: string;
    };
