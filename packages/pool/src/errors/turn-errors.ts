import type { FailureClass } from "../contract/agent.ts";
import type { Exit } from "../contract/process-host.ts";
import { brand } from "./brand.ts";
import type { PoolErrorCode } from "./codes.ts";
import { PoolError } from "./pool-error.ts";

/** A failure that the tool itself reported; it stays fit for the next request. */
export class ToolFailure extends PoolError {
  override readonly name: string = "ToolFailure";
  readonly failureClass: FailureClass;
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  static {
    brand(ToolFailure, "ToolFailure");
  }

  constructor(
    failureClass: FailureClass,
    message: string,
    options: ErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super("TOOL_FAILED", message, options);
    this.failureClass = failureClass;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The process ended in the middle of a turn, or before it was ready. */
export class ProcessExitedError extends PoolError {
  override readonly name: string = "ProcessExitedError";
  readonly exit: Exit;
  /** The end of what it printed on stderr. */
  readonly stderr: string;

  static {
    brand(ProcessExitedError, "ProcessExitedError");
  }

  constructor(message: string, exit: Exit, stderr: string, options?: ErrorOptions) {
    super("PROCESS_EXITED", message, options);
    this.exit = exit;
    this.stderr = stderr;
  }
}

/** The operating system refused to start the process. `cause` holds its own error. */
export class ProcessStartError extends PoolError {
  override readonly name: string = "ProcessStartError";

  static {
    brand(ProcessStartError, "ProcessStartError");
  }

  constructor(message: string, options?: ErrorOptions) {
    super("PROCESS_START_FAILED", message, options);
  }
}

/** The tool sent something that its protocol does not allow. */
export class ProtocolError extends PoolError {
  override readonly name: string = "ProtocolError";

  static {
    brand(ProtocolError, "ProtocolError");
  }

  constructor(message: string, options?: ErrorOptions) {
    super("PROTOCOL_VIOLATION", message, options);
  }
}

type TurnEnd = Extract<
  PoolErrorCode,
  "TURN_TIMEOUT" | "TURN_IDLE_TIMEOUT" | "TURN_CANCELLED" | "TURN_OUTPUT_LIMIT"
>;

/** The pool ended the turn: a deadline passed, the caller gave up, or it printed too much. */
export class TurnAbortedError extends PoolError {
  override readonly name: string = "TurnAbortedError";
  declare readonly code: TurnEnd;

  static {
    brand(TurnAbortedError, "TurnAbortedError");
  }

  constructor(code: TurnEnd, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/**
 * What batch work needs to know of a rejected turn, whoever rejected it; null when it says nothing of
 * the tool: somebody gave up, the pool was closed or full, or the caller made a mistake.
 */
export function failureClassOf(error: unknown): FailureClass | null {
  if (error instanceof ToolFailure) return error.failureClass;
  if (!(error instanceof PoolError)) return "crash";
  switch (error.code) {
    case "TURN_TIMEOUT":
    case "TURN_IDLE_TIMEOUT":
    case "START_TIMEOUT":
      return "timeout";
    case "PROTOCOL_VIOLATION":
    case "TURN_OUTPUT_LIMIT":
      return "protocol";
    case "INSTANCE_UNAVAILABLE":
      // A key that is missing or refused at the start is as much the key as one in a turn.
      return error.cause instanceof ToolFailure && error.cause.failureClass === "auth"
        ? "auth"
        : "environment";
    case "PROCESS_START_FAILED":
      return "environment";
    case "PROCESS_EXITED":
    case "TOOL_FAILED":
      return "crash";
    case "TURN_CANCELLED":
    case "WAIT_CANCELLED":
    case "POOL_CLOSED":
    case "QUEUE_FULL":
    case "LEASE_RELEASED":
    case "LEASE_BUSY":
    case "INSTANCE_UNKNOWN":
    case "OPTION_INVALID":
    case "SESSIONS_UNSUPPORTED":
      return null;
  }
}
