import type { WorkspaceErrorCode } from "./codes.ts";

/** What belongs to a {@link WorkspaceError} besides its message. */
export interface WorkspaceErrorDetails extends ErrorOptions {
  /** The paths it is about. */
  readonly files?: readonly string[];
  /** What git printed on stderr. */
  readonly stderr?: string;
}

/** Everything this package throws, aborts aside: those reject with the signal's own reason. */
export class WorkspaceError extends Error {
  override readonly name: string = "WorkspaceError";
  /** One of {@link WORKSPACE_ERROR_CODES}. Compare this, not the message. */
  readonly code: WorkspaceErrorCode;
  /** The paths it is about, relative to the repository's root. */
  readonly files: readonly string[];
  /** What git printed on stderr; empty when git was not asked. */
  readonly stderr: string;

  constructor(code: WorkspaceErrorCode, message: string, details: WorkspaceErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.files = details.files ?? [];
    this.stderr = details.stderr ?? "";
  }
}
