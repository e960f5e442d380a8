/**
 * Every code that finding, installing or configuring aider can fail with. Codes are stable; messages
 * are not. {@link AiderErrorCode} derives from this table.
 */
export const AIDER_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong type or contradicts another one",
  AIDER_MISSING: "aider is neither in CLUSTER_AIDER, nor on PATH, nor installed by us",
  AIDER_VERSION_UNSUPPORTED: "aider is there, in a version that this adapter does not know",
  AIDER_BROKEN: "aider is there and cannot run: its interpreter or its packages are gone",
  PYTHON_MISSING: "No Python that aider supports was found",
  INSTALL_FAILED: "A step of the installation failed",
} as const;

export type AiderErrorCode = keyof typeof AIDER_ERROR_CODES;
