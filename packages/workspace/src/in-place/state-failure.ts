import { WorkspaceError } from "../errors/workspace-error.ts";

/** What the run's own folder refused, in our words. What has words of its own keeps them. */
export function stateFailed(what: string, cause: unknown): WorkspaceError {
  if (cause instanceof WorkspaceError) return cause;
  const { code, message = String(cause) } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new WorkspaceError("DISK_FULL", `${what}: the disk is full. ${message}`, { cause });
  }
  return new WorkspaceError(
    "STATE_FAILED",
    `${what} could not be read or written: ${message}. Make that folder writable, or set CLUSTER_STATE to another one.`,
    { cause },
  );
}
