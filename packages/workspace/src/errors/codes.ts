/**
 * Every code that a workspace can fail with, and what it means. Codes are stable; messages are not.
 * The type {@link WorkspaceErrorCode} derives from this table.
 */
export const WORKSPACE_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong value or contradicts another one",
  GIT_MISSING: "No git on the PATH",
  GIT_TOO_OLD: "Git is older than 2.38",
  GIT_FAILED: "Git failed for a reason that has no code of its own",
  NOT_A_REPOSITORY: "The folder is in no git repository",
  NOT_TRUSTED: "Git refuses the repository because it belongs to somebody else",
  BARE_REPOSITORY: "The repository has no work tree",
  NO_COMMITS: "The checked-out branch has no commit yet",
  PATH_OUTSIDE: "A path leads out of the repository's work tree, directly or over a link",
  PATH_UNTRACKED: "A file is not in the repository",
  DIRTY_FILES: "Files have changes that are not committed",
  BRANCH_EXISTS: "The run's branch cannot be made because a branch of that name is there",
  BRANCH_MOVED: "Somebody else moved the run's branch again and again while a commit was to land",
  LOCKED: "Another git process kept its lock for longer than lockTimeoutMs",
  DISK_FULL: "The disk, or the user's share of it, is full",
  DISK_LIMIT: "Another worktree would take more of the disk than the run may",
  FILTER_FAILED: "A filter of the user's configuration, such as that of LFS, failed",
  SIGNING_FAILED: "The user's configuration asks for a signature and git could not make one",
  HOOK_FAILED: "A hook of the user refused the commit",
  SETUP_FAILED: "The setup command did not succeed in a new worktree",
  WORKSPACE_ESCAPE: "The workspace's folder was replaced by something that leads elsewhere",
  NOT_A_FILE: "A task in place names what is no file, such as a folder",
  FILE_HELD:
    "A file is half edited by a run whose process died, which has to be gone on with or undone",
  RESTORE_FAILED: "A file could not be brought back to what it was; its backup is kept",
  STATE_FAILED: "The folder where a run in place keeps its backups cannot be read or written",
  WORKSPACE_CLOSED: "The workspace was removed, or its run disposed of",
} as const;

/** One of {@link WORKSPACE_ERROR_CODES}. */
export type WorkspaceErrorCode = keyof typeof WORKSPACE_ERROR_CODES;
