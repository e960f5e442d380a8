import type { RunStatus } from "../status/run-status.ts";

/** What a running run can be told from outside. One JSON object a line; each gets one line for an answer. */
export type ControlCommand =
  | { readonly command: "status" }
  /** No turn begins until `continue`; those that run go on to their end. */
  | { readonly command: "pause" }
  | { readonly command: "continue" }
  /** So many turns at once from now on. */
  | { readonly command: "scale"; readonly workers: number }
  /** The first ^C. */
  | { readonly command: "drain" }
  /** The second ^C. */
  | { readonly command: "stop" };

/** The commands, for messages. */
export const CONTROL_COMMANDS: readonly ControlCommand["command"][] = [
  "status",
  "pause",
  "continue",
  "scale",
  "drain",
  "stop",
];

/** Why a command was not carried out. */
export type ControlFault = "MALFORMED" | "UNKNOWN_COMMAND" | "REFUSED";

/** The answer to one line: how the run stands after the command, or why it was not carried out. */
export type ControlAnswer =
  | { readonly ok: true; readonly status: RunStatus }
  | {
      readonly ok: false;
      readonly error: { readonly code: ControlFault; readonly message: string };
    };

/** What a run must be able to do to be controlled. A refusal is thrown. */
export interface Controllable {
  status(): RunStatus;
  pause(): void;
  continue(): void;
  scale(workers: number): void | Promise<void>;
  drain(): void;
  stop(): void;
}

/** What the file says that names the socket. */
export interface ControlAddress {
  readonly socket: string;
  readonly pid: number;
}
