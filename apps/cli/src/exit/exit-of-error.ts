import type {
  BatchError,
  BatchErrorCode,
  WorkspaceError,
  WorkspaceErrorCode,
} from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { CliError } from "./cli-error.ts";

/** Codes whose cause lies in what the user gave; all others are of the machine or its set-up. */
const USAGE: ReadonlySet<BatchErrorCode | WorkspaceErrorCode> = new Set([
  "OPTION_INVALID",
  "EMPTY_MESSAGE",
  "NO_TASKS",
  "NO_FILES",
  "RUN_UNKNOWN",
  "RUN_AMBIGUOUS",
  "RUN_EXISTS",
  "RUN_OWNED",
  "RUN_COMPLETE",
  "NO_FILES_MATCH",
  "PATH_OUTSIDE",
  "BINARY_FILE",
  "FILE_MISSING",
  "LIST_INVALID",
  "TEMPLATE_INVALID",
  "NAME_TAKEN",
  "DEPENDENCY_UNKNOWN",
  "DEPENDENCY_CYCLE",
  "TOOL_UNKNOWN",
  "PRICE_UNKNOWN",
  "DIRTY_FILES",
  "NOT_A_REPOSITORY",
  "BARE_REPOSITORY",
  "NO_COMMITS",
  "PATH_UNTRACKED",
] satisfies (BatchErrorCode | WorkspaceErrorCode)[]);

/** Codes that only a mistake of ours can cause. */
const OURS: ReadonlySet<string> = new Set([
  "ATTEMPT_FENCED",
  "JOURNAL_UNKNOWN_TASK",
  "WORKSPACE_CLOSED",
] satisfies (BatchErrorCode | WorkspaceErrorCode)[]);

/** By its name: to ask for its class, all that a run needs would be loaded for every help. */
function isOfPackages(thrown: unknown): thrown is BatchError | WorkspaceError {
  if (!(thrown instanceof Error)) return false;
  return thrown.name === "BatchError" || thrown.name === "WorkspaceError";
}

/**
 * An error of the packages below as one that its reader can mend, where it is one.
 * @param elsewhere The folder that commands to copy must name.
 */
export function asCliError(thrown: unknown, elsewhere: string | undefined): unknown {
  if (!isOfPackages(thrown)) return thrown;
  if (OURS.has(thrown.code)) return thrown;
  const exit = USAGE.has(thrown.code) ? "usage" : "setup";
  const remedy =
    thrown.code === "RUN_OWNED"
      ? `How runs stand: ${clusterCommand("status", elsewhere)}`
      : undefined;
  return new CliError(exit, thrown.message, { cause: thrown, remedy });
}
