/**
 * Every code a run can fail with, and what it means. Codes are stable; messages are not.
 * The type {@link BatchErrorCode} derives from this table, so a code that is not here cannot be used.
 */
export const BATCH_ERROR_CODES = {
  OPTION_INVALID: "An option has the wrong type or value",
  EMPTY_MESSAGE: "The message says nothing",
  NO_TASKS: "The run has nothing to do",
  NO_FILES: "In place, a task names no files, or a folder",
  NO_FILES_MATCH: "A pattern matches no file that git tracks",
  LIST_INVALID: "A list of files or tasks cannot be read, or an entry of it cannot be worked on",
  TEMPLATE_INVALID: "A message says {{name}} where there is no value of that name",
  NAME_TAKEN: "Two tasks have the same id",
  DEPENDENCY_UNKNOWN: "A task is to follow one that does not exist",
  DEPENDENCY_CYCLE: "Tasks wait for each other",
  TOOL_UNKNOWN: "A task names a tool that the run was not given",
  PATH_OUTSIDE: "A path, or the target of a link, is outside the repository",
  BINARY_FILE: "A file to be edited is not text",
  FILE_MISSING: "A file that is to be read does not exist",
  DIRTY_FILES: "A file to be edited has changes that are not committed",
  PRICE_UNKNOWN: "The cost is limited, and nobody knows what a model costs",
  ATTEMPT_FENCED: "A newer attempt owns the task, or the task has ended",
  TURN_RECALLED: "An attempt's turn is not to be taken as it was planned; it is made anew",
  JOURNAL_UNKNOWN_TASK: "The journal has no such task",
  RUN_UNKNOWN: "No run of this repository has that name",
  RUN_AMBIGUOUS: "More than one run has a name that begins so",
  RUN_EXISTS: "A run of that name is kept already",
  RUN_OWNED: "Another process is at work on the run",
  RUN_COMPLETE: "The run has come to its end, and nothing is left to do",
  JOURNAL_DAMAGED: "A run's journal is damaged so that nothing of it can be believed",
  JOURNAL_NEWER: "A run's journal was written by a newer version of this program",
  STORE_FAILED: "The folder where runs are kept cannot be read or written",
  RUN_FAILED: "The run itself could not go on: its journal or its repository failed",
} as const;

export type BatchErrorCode = keyof typeof BATCH_ERROR_CODES;
