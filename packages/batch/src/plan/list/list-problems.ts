import { BatchError } from "../../errors/batch-error.ts";

/** Something wrong with a list, and where. */
export interface ListProblem {
  /** `tasks.csv:3`, or with a column: `tasks.yaml:3:7`. */
  readonly at: string;
  readonly message: string;
}

const SHOWN = 5;

/** All that is wrong with a list, the first few places one below the other. */
export function listError(problems: readonly ListProblem[], cause?: unknown): BatchError {
  const lines = problems.slice(0, SHOWN).map(({ at, message }) => `${at}: ${message}`);
  const rest = problems.length - SHOWN;
  if (rest > 0) lines.push(`… and ${rest} more of the kind.`);
  return new BatchError("LIST_INVALID", lines.join("\n"), cause === undefined ? {} : { cause });
}
