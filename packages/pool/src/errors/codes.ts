/**
 * Every code a pool can fail with, and what it means. Codes are stable; messages are not.
 * The type {@link PoolErrorCode} derives from this table, so a code that is not here cannot be used.
 */
export const POOL_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong type or contradicts another one",
  POOL_CLOSED: "The pool is shutting down or has shut down",
  INSTANCE_UNKNOWN: "No instance has this number",
  INSTANCE_UNAVAILABLE: "The instance is stopped, or failed for good",
  LEASE_RELEASED: "The lease was released before",
  LEASE_BUSY: "The lease has a turn in flight",
  SESSIONS_UNSUPPORTED: "The tool does not keep several contexts in one process",
  QUEUE_FULL: "More requests wait than maxQueue allows",
  WAIT_CANCELLED: "The caller gave a wait up; what it waited for goes on",
  PROCESS_START_FAILED: "The operating system did not start the process",
  START_TIMEOUT: "The process was not ready in time",
  PROCESS_EXITED: "The process ended when it should not have",
  TURN_TIMEOUT: "The turn took longer than its deadline",
  TURN_IDLE_TIMEOUT: "The tool was silent for longer than its idle deadline",
  TURN_CANCELLED: "The caller gave the turn up",
  TURN_OUTPUT_LIMIT: "The tool printed more in one turn than maxTurnBytes",
  TOOL_FAILED: "The tool reported that it failed",
  PROTOCOL_VIOLATION: "The tool did not keep to its protocol",
} as const;

export type PoolErrorCode = keyof typeof POOL_ERROR_CODES;
