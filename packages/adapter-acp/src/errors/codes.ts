/**
 * Every code that configuring or finding an agent can fail with. Codes are stable; messages are not.
 * {@link AcpErrorCode} derives from this table.
 */
export const ACP_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong type or contradicts another one",
  AGENT_UNKNOWN: "No profile has this name",
  AGENT_MISSING: "The agent's command is not installed",
} as const;

export type AcpErrorCode = keyof typeof ACP_ERROR_CODES;
