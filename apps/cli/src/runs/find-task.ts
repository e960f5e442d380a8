import { relative, resolve } from "node:path";
import type { JournalEntry, RunReader } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { usageError } from "../exit/cli-error.ts";

/** More candidates than these are counted. */
const NAMED = 5;

/** How a user names a task, and from where. */
export interface WantedTask {
  /** Its id or the beginning of it, one of its files, or its place in the plan, such as `#12`. */
  readonly task: string;
  /** The folder that a file is relative to, absolute. */
  readonly cwd: string;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
}

function describe({ task }: JournalEntry): string {
  return `${task.id} (${task.files.join(", ") || `#${task.index + 1}`})`;
}

/**
 * The task of a run that a user means.
 * @throws {CliError} usage, when there is none, or more than one
 */
export function findTask(
  reader: RunReader,
  { task: wanted, cwd, elsewhere }: WantedTask,
): JournalEntry {
  const { run, root } = reader.record;
  const place = /^#(\d+)$/.exec(wanted)?.[1];
  const file = relative(root, resolve(cwd, wanted)).replaceAll("\\", "/");
  const found: JournalEntry[] = [];
  let more = 0;
  for (const entry of reader.entries()) {
    const { id, index, files } = entry.task;
    if (id === wanted) return entry;
    const meant =
      place !== undefined
        ? index + 1 === Number(place)
        : files.includes(file) || files.includes(wanted) || id.startsWith(wanted);
    if (!meant) continue;
    if (found.length < NAMED) found.push(entry);
    else more += 1;
  }
  const [only] = found;
  if (only === undefined) {
    throw usageError(
      `Run ${run} has no task "${wanted}".`,
      `Name one of its files, the beginning of its id, or its place, such as #1: ${clusterCommand(`show ${run}`, elsewhere)}`,
    );
  }
  if (found.length === 1) return only;
  throw usageError(
    `"${wanted}" could be ${found.map(describe).join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
    "Give more of the id.",
  );
}
