import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { RunEvent } from "../contract/run-event.ts";
import { RUN_FILES } from "../store/run-folder.ts";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const POLL_MS = 100;

/** How a log is read. */
export interface ReadEventsOptions {
  /**
   * Goes on at the end of the file, until this says that nobody writes there any more. Absent: ends with
   * the file.
   */
  readonly isOver?: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/**
 * The events of a run's `events.jsonl`, oldest first, with those that were moved out of it since it was full. A
 * line that is none, as a killed process may leave, is passed over; a file that does not exist (yet) has none.
 */
export async function* readEvents(
  path: string,
  { isOver, signal }: ReadEventsOptions = {},
): AsyncGenerator<RunEvent, void, undefined> {
  let file = await openFile(path);
  try {
    yield* eventsBefore(path, file);
    let lines = new Lines();
    for (let over = isOver === undefined; ; ) {
      if (file !== null && (await lines.read(file))) {
        for (const line of lines.take()) yield* parse(line);
        continue;
      }
      if (signal?.aborted === true) return;
      const next = await successor(path, file);
      if (next !== null) {
        // What was written before it was full is in it by now.
        if (file !== null) for await (const line of lines.toTheEnd(file)) yield* parse(line);
        await file?.close();
        [file, lines] = [next, new Lines()];
        continue;
      }
      if (over) return;
      // Whoever wrote may have done so between our look at the file and the answer: look once more.
      over = (await isOver?.()) ?? true;
      if (!over) await wait(POLL_MS, undefined, signal && { signal }).catch(() => {});
    }
  } finally {
    await file?.close();
  }
}

/** Those of the file that was full, if it is not the one that is open already. */
async function* eventsBefore(
  path: string,
  present: FileHandle | null,
): AsyncGenerator<RunEvent, void, undefined> {
  const file = await openFile(join(dirname(path), RUN_FILES.eventsBefore));
  if (file === null) return;
  try {
    if (present !== null && (await file.stat()).ino === (await present.stat()).ino) return;
    for await (const line of new Lines().toTheEnd(file)) yield* parse(line);
  } finally {
    await file.close();
  }
}

/** The file that is there by now, where that is another one than we have. */
async function successor(path: string, file: FileHandle | null): Promise<FileHandle | null> {
  const there = await stat(path).catch(() => null);
  if (there === null) return null;
  return file !== null && (await file.stat()).ino === there.ino ? null : openFile(path);
}

/** One file, line by line. */
class Lines {
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** Reads on; `false` at the end. */
  async read(file: FileHandle): Promise<boolean> {
    const into = Buffer.alloc(CHUNK_BYTES);
    const { bytesRead } = await file.read(into, 0, CHUNK_BYTES, this.#position);
    if (bytesRead === 0) return false;
    this.#position += bytesRead;
    this.#rest = Buffer.concat([this.#rest, into.subarray(0, bytesRead)]);
    return true;
  }

  /** The whole lines that were read. */
  *take(): Iterable<Buffer> {
    for (let end = this.#rest.indexOf(NEWLINE); end >= 0; end = this.#rest.indexOf(NEWLINE)) {
      const line = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end + 1);
      yield line;
    }
  }

  async *toTheEnd(file: FileHandle): AsyncGenerator<Buffer, void, undefined> {
    while (await this.read(file)) yield* this.take();
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The event of a line; none where it has none. */
function* parse(line: Buffer): Iterable<RunEvent> {
  try {
    const event: unknown = JSON.parse(line.toString("utf8"));
    if (typeof event === "object" && event !== null && "type" in event) yield event as RunEvent;
  } catch {
    // Half a line.
  }
}
