/**
 * Every code that configuring or finding an agent can fail with. Codes are stable; messages are not.
 * {@link AcpErrorCode} derives from this table.
 */
export const ACP_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong type or contradicts another one",
  AGENT_UNKNOWN: "No profile has this name",
  AGENT_MISSING: "The agent's command is not installed",
  AGENT_NOT_OURS: "We may not install this agent, or do not know where it comes from",
  NPM_MISSING: "npm, which installs agents, is not on PATH",
  INSTALL_FAILED: "A step of the installation failed",
} as const;

export type AcpErrorCode = keyof typeof ACP_ERROR_CODES;
