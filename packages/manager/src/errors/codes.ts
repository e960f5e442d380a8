/**
 * Every code that a cluster adds to those of the pool, and what it means. Codes are stable; messages
 * are not.
 */
export const MANAGER_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong type or contradicts another one",
  READ_TIMEOUT: "No response came in time; nothing was taken",
  READ_CANCELLED: "The reader gave up; nothing was taken",
  RESPONSES_EVICTED: "Responses that nobody read were let go, because maxUnread was reached",
  CLUSTER_CLOSED: "The cluster has shut down and holds no response for this reader",
  CONVERSATION_LOST: "The process that held the conversation's context is gone",
  CONVERSATION_CLOSED: "The conversation takes no more requests",
  FLEET_CLOSED: "The fleet takes no more requests",
} as const;

/** A key of {@link MANAGER_ERROR_CODES}. */
export type ManagerErrorCode = keyof typeof MANAGER_ERROR_CODES;
