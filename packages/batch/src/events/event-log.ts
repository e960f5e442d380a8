import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { PoolEvent } from "@cluster/manager";
import type { RunEvent } from "../contract/run-event.ts";
import { RUN_FILES } from "../store/run-folder.ts";

/** What may wait for a disk that does not write: what comes then is left out. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

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
 * and a disk that fails costs the log and not the run. The journal, not this, is what a run is resumed from.
 */
export class EventLog {
  readonly #path: string;
  readonly #onTrouble: (message: string) => void;
  #waiting: string[] = [];
  #bytes = 0;
  #left = 0;
  #file: FileHandle | null = null;
  #writing: Promise<void> | null = null;
  #failed = false;

  /** @param onTrouble Hears once that something of the run is not in its log. */
  constructor(folder: string, onTrouble: (message: string) => void) {
    this.#path = join(folder, RUN_FILES.events);
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
      this.#file ??= await openLog(this.#path);
      while (this.#waiting.length > 0) {
        const lines = this.#waiting.splice(0);
        this.#bytes = 0;
        await this.#file.appendFile(lines.join(""));
      }
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#onTrouble(`${this.#path} cannot be written: ${(error as Error).message}`);
    } finally {
      this.#writing = null;
    }
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
