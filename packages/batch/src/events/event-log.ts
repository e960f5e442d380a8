import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { PoolEvent } from "@cluster/manager";
import type { RunEvent } from "../contract/run-event.ts";
import { RUN_FILES } from "../store/run-folder.ts";

/** What may wait for a disk that does not write: what comes then is left out. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** Of each of its two files: what is in the older one goes when the newer one is full. */
const MOST_FILE_BYTES = 32 * 1024 * 1024;

/** The pool's other events are told by the stages of the attempts, or by the transcripts. */
const KEPT_OF_POOL: ReadonlySet<PoolEvent["type"]> = new Set([
  "instance.state",
  "process.ended",
  "turn.question",
  "ledger.swept",
  "ledger.failed",
] satisfies PoolEvent["type"][]);

/**
 * Appends a run's events to `events.jsonl` in its folder, in the background: it never holds the run up,
 * and a disk that fails costs the log and not the run. It takes no more than 64 MiB. The journal, not this, is what a run is resumed from.
 */
export class EventLog {
  readonly #path: string;
  readonly #before: string;
  readonly #maxBytes: number;
  readonly #onTrouble: (message: string) => void;
  #waiting: string[] = [];
  #bytes = 0;
  #left = 0;
  #file: FileHandle | null = null;
  #size = 0;
  #writing: Promise<void> | null = null;
  #failed = false;

  /**
   * @param onTrouble Hears once that something of the run is not in its log.
   * @param maxBytes Of each of its two files.
   */
  constructor(
    folder: string,
    onTrouble: (message: string) => void,
    maxBytes: number = MOST_FILE_BYTES,
  ) {
    this.#path = join(folder, RUN_FILES.events);
    this.#before = join(folder, RUN_FILES.eventsBefore);
    this.#maxBytes = maxBytes;
    this.#onTrouble = onTrouble;
  }

  append(event: RunEvent): void {
    if (this.#failed) return;
    if (event.type === "pool" && !KEPT_OF_POOL.has(event.event.type)) return;
    if (this.#bytes > MOST_WAITING_BYTES) {
      this.#left += 1;
      if (this.#left === 1) this.#onTrouble(`${this.#path} lacks events: the disk was too slow.`);
      return;
    }
    const line = `${JSON.stringify(withoutTasks(event))}\n`;
    this.#waiting.push(line);
    this.#bytes += line.length;
    this.#writing ??= this.#write();
  }

  /** Resolves when all that was appended is written, or cannot be. Never rejects. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close().catch(() => {});
    this.#file = null;
  }

  /** What comes while it writes goes out together. */
  async #write(): Promise<void> {
    try {
      // Several events happen at once, and one write is enough for them.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#waiting.length > 0) {
        const lines = Buffer.from(this.#waiting.splice(0).join(""));
        this.#bytes = 0;
        const file = await this.#fileFor(lines.length);
        await file.appendFile(lines);
        this.#size += lines.length;
      }
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#onTrouble(`${this.#path} cannot be written: ${(error as Error).message}`);
    } finally {
      this.#writing = null;
    }
  }

  /** Whoever reads has the file open that is full, and sees by its path that there is another one. */
  async #fileFor(bytes: number): Promise<FileHandle> {
    if (this.#file === null) {
      this.#file = await openLog(this.#path);
      this.#size = (await this.#file.stat()).size;
    }
    if (this.#size === 0 || this.#size + bytes <= this.#maxBytes) return this.#file;
    await rename(this.#path, this.#before);
    const full = this.#file;
    this.#file = await openLog(this.#path);
    this.#size = 0;
    await full.close();
    return this.#file;
  }
}

/** A process that was killed may have left half a line: what comes now is not to be a part of it. */
async function openLog(path: string): Promise<FileHandle> {
  const file = await open(path, "a+", 0o600);
  const { size } = await file.stat();
  if (size > 0) {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer.toString() !== "\n") await file.appendFile("\n");
  }
  return file;
}

/** The report has a file of its own, and may be as large as the whole log. */
function withoutTasks(event: RunEvent): RunEvent {
  return event.type === "run.ended" ? { ...event, report: { ...event.report, tasks: [] } } : event;
}
