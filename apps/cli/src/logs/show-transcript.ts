import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { usageError } from "../exit/cli-error.ts";
import { placesOfLastLines } from "./last-lines.ts";
import { writeOut } from "./write-lines.ts";

const CHUNK_BYTES = 64 * 1024;
const POLL_MS = 100;
const NAME = /^instance-(\d+)(?:\.(\d+))?\.log$/;

/** The transcripts of a folder: which files there are of which instance, oldest first. */
async function transcriptsIn(folder: string): Promise<Map<number, string[]>> {
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((name) => {
    const match = NAME.exec(name);
    return match === null
      ? []
      : [{ name, instance: Number(match[1]), part: Number(match[2] ?? 0) }];
  });
  found.sort((a, b) => a.part - b.part);
  const files = new Map<number, string[]>();
  for (const { instance, name } of found) {
    files.set(instance, [...(files.get(instance) ?? []), join(folder, name)]);
  }
  return files;
}

/** Copies what a file has from a place on; gives the place that it came to, or `null` when nobody reads. */
async function copyFrom(path: string, from: number): Promise<number | null> {
  const file = await open(path, "r").catch(() => null);
  // Rotated away meanwhile.
  if (file === null) return from;
  try {
    for (let place = from; ; ) {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        place,
      );
      if (bytesRead === 0) return place;
      place += bytesRead;
      if (!(await writeOut(buffer.subarray(0, bytesRead)))) return null;
    }
  } finally {
    await file.close();
  }
}

/** What is shown of a transcript. */
export interface TranscriptOptions {
  /** Of what there is, only so many lines at its end. @default all */
  readonly lines?: number | undefined;
  /** Goes on until this says that nobody writes there any more. Absent: ends with the files. */
  readonly isOver?: (() => Promise<boolean>) | undefined;
}

/**
 * Prints what was said to and by one instance, the oldest first.
 * @throws {CliError} usage, when there is no such instance
 */
export async function showTranscript(
  folder: string,
  instance: number,
  { lines, isOver }: TranscriptOptions = {},
): Promise<void> {
  const there = (await transcriptsIn(folder)).get(instance) ?? [];
  const places =
    lines === undefined ? new Map<string, number>() : await placesOfLastLines(there, lines);
  for (let over = isOver === undefined; ; ) {
    const all = await transcriptsIn(folder);
    const files = all.get(instance) ?? [];
    if (files.length === 0 && over) throw noTranscript(instance, [...all.keys()]);
    for (const path of files) {
      const place = await copyFrom(path, places.get(path) ?? 0);
      if (place === null) return;
      places.set(path, place);
    }
    if (over) return;
    over = (await isOver?.()) ?? true;
    if (!over) await wait(POLL_MS);
  }
}

function noTranscript(instance: number, known: readonly number[]): Error {
  const there = [...known].sort((a, b) => a - b).join(", ");
  return usageError(
    `There is no transcript of an instance ${instance}.`,
    there === "" ? "The run has none." : `There are: ${there}.`,
  );
}
