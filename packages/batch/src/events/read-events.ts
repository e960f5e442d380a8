import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { RunEvent } from "../contract/run-event.ts";

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
 * The events of a run's `events.jsonl`, oldest first. A line that is none, as a killed process may leave,
 * is passed over; a file that does not exist (yet) has none.
 */
export async function* readEvents(
  path: string,
  { isOver, signal }: ReadEventsOptions = {},
): AsyncGenerator<RunEvent, void, undefined> {
  let position = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (let over = isOver === undefined; ; ) {
    const chunk = await readAt(path, position);
    if (chunk.length === 0) {
      if (over || signal?.aborted === true) return;
      // Whoever wrote may have done so between our look at the file and the answer: look once more.
      over = (await isOver?.()) ?? true;
      if (!over) await wait(POLL_MS, undefined, signal && { signal }).catch(() => {});
      continue;
    }
    position += chunk.length;
    let text = Buffer.concat([rest, chunk]);
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE)) {
      const event = parse(text.subarray(0, end));
      text = text.subarray(end + 1);
      if (event !== null) yield event;
    }
    rest = text;
  }
}

async function readAt(path: string, position: number): Promise<Buffer> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        position,
      );
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

function parse(line: Buffer): RunEvent | null {
  try {
    const event: unknown = JSON.parse(line.toString("utf8"));
    return typeof event === "object" && event !== null && "type" in event
      ? (event as RunEvent)
      : null;
  } catch {
    return null;
  }
}
