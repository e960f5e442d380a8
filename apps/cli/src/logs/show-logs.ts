import { join } from "node:path";
import type { RunEvent, RunReader } from "@cluster/batch";
import { RUN_FILES, readEvents } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { workingFolder } from "../command/working-folder.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { shellWord } from "../report/shell-word.ts";
import { findTask } from "../runs/find-task.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { LogLines } from "./log-line.ts";
import { showTranscript } from "./show-transcript.ts";
import { writeOut } from "./write-lines.ts";

/** The flags of `cluster logs`. */
export interface LogsFlags {
  readonly follow?: boolean;
  /** Only so many lines of what there is. */
  readonly lines?: number;
  /** The number of an instance. */
  readonly transcript?: number;
  readonly json?: boolean;
  readonly cwd?: string;
}

function isAbout(event: RunEvent, task: string): boolean {
  if (event.type === "task.ended") return event.outcome.task === task;
  return "task" in event && event.task === task;
}

/** `cluster logs [RUN] [TASK]`. */
export async function showLogs(
  run: string,
  wanted: string | undefined,
  flags: LogsFlags,
): Promise<ExitName> {
  const { repository, store, elsewhere } = await keptRuns(flags.cwd);
  using reader = await store.read(repository, run);
  const follow = flags.follow === true;
  if (flags.transcript !== undefined) {
    if (wanted !== undefined || flags.json === true) {
      throw usageError(
        "--transcript shows the text of one instance, whatever its task, and not as JSON.",
        `Which instance a task had: ${clusterCommand(`show ${run} ${wanted === undefined ? "TASK" : shellWord(wanted)}`, elsewhere)}`,
      );
    }
    const folder = join(reader.folder, RUN_FILES.transcripts);
    const end = follow ? () => isOver(reader) : undefined;
    await showTranscript(folder, flags.transcript, { lines: flags.lines, isOver: end });
    return "done";
  }
  const task =
    wanted === undefined
      ? undefined
      : findTask(reader, { task: wanted, cwd: workingFolder(flags.cwd), elsewhere }).task.id;
  const told = new LogLines();
  const lineOf = (event: RunEvent): string | null => {
    if (task !== undefined && !isAbout(event, task)) return null;
    return flags.json === true ? JSON.stringify(event) : told.line(event);
  };
  const path = join(reader.folder, RUN_FILES.events);
  let last: string[] | null = flags.lines === undefined ? null : [];
  const flush = async (): Promise<boolean> => {
    const text = (last ?? []).map((line) => `${line}\n`).join("");
    last = null;
    return text === "" || (await writeOut(text));
  };
  const over = async (): Promise<boolean> => {
    // All that there was has been read.
    await flush();
    return await isOver(reader);
  };
  for await (const event of readEvents(path, follow ? { isOver: over } : {})) {
    const line = lineOf(event);
    if (line === null) continue;
    if (last === null) {
      if (!(await writeOut(`${line}\n`))) return "done";
    } else {
      last.push(line);
      if (last.length > (flags.lines ?? 0)) last.shift();
    }
  }
  await flush();
  if (follow) sayWhatNext(reader, elsewhere);
  return "done";
}

async function isOver(reader: RunReader): Promise<boolean> {
  return reader.owner === null;
}

/** A log that just stops would leave its reader guessing. */
function sayWhatNext(reader: RunReader, elsewhere: string | undefined): void {
  const { run } = reader.record;
  const last = reader.marks().at(-1);
  if (last?.type === "run.ended") return;
  process.stderr.write(
    `Nobody is at work on run ${run}, and it has not come to its end. Go on with it: ${clusterCommand(`resume ${run}`, elsewhere)}\n`,
  );
}
