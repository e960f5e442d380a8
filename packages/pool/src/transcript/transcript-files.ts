import { createWriteStream, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { toError } from "../errors/pool-error.ts";
import { hasTornEnd } from "./has-torn-end.ts";
import { beginFile } from "./numbered-files.ts";
import type { TranscriptPlace } from "./options.ts";
import type { TranscriptPosition } from "./position.ts";

/** Whom a transcript's files tell what happens to them. */
export interface FilesListener {
  /** It takes more after a rest. */
  onDrain(): void;
  /** Nothing can be written any more, for instance because the disk is full. Told once. */
  onBroken(path: string, error: Error): void;
}

/**
 * The files of one instance's transcript: one that grows, or several that rotate, of which each is at
 * most `maxBytes` long. An entry is never torn over two of them.
 */
export class TranscriptFiles {
  readonly #place: TranscriptPlace;
  readonly #instance: number;
  readonly #listener: FilesListener;
  /** Those that have not written all yet; the last one is the present one. */
  readonly #open = new Set<WriteStream>();
  #file: WriteStream | null = null;
  #size = 0;
  #position: TranscriptPosition | null = null;
  #needsRest = false;
  #broken = false;

  constructor(place: TranscriptPlace, instance: number, listener: FilesListener) {
    this.#place = place;
    this.#instance = instance;
    this.#listener = listener;
  }

  /** Bytes that one entry may have. */
  get maxEntry(): number {
    return this.#place.rotation?.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The end of what was written so far, some of it by earlier pools; `null` before the first entry. */
  get position(): TranscriptPosition | null {
    return this.#position;
  }

  /** Writes entries, each with its line end. Returns false when it wants a rest. */
  write(entries: readonly string[]): boolean {
    const { rotation } = this.#place;
    let batch = "";
    for (const entry of entries) {
      if (rotation !== null) {
        const length = Buffer.byteLength(entry);
        if (this.#size > 0 && this.#size + length > rotation.maxBytes) {
          this.#append(batch);
          batch = "";
          this.#rotate();
        }
        this.#size += length;
      }
      batch += entry;
    }
    this.#append(batch);
    return this.#broken || !this.#needsRest;
  }

  /** Resolves when all is in the files. */
  async close(): Promise<void> {
    const closed = [...this.#open].map(
      (file) => new Promise<void>((resolve) => file.once("close", resolve)),
    );
    this.#file?.end();
    this.#file = null;
    await Promise.all(closed);
  }

  #append(text: string): void {
    if (text === "" || this.#broken) return;
    this.#file ??= this.#begin();
    if (this.#position !== null) {
      const { path, offset } = this.#position;
      this.#position = { path, offset: offset + Buffer.byteLength(text) };
    }
    if (this.#file?.write(text) === false) this.#needsRest = true;
  }

  #rotate(): void {
    // It writes what it holds and closes; until then the tool waits, so that little is held in all.
    this.#needsRest ||= this.#file?.writableLength !== 0;
    this.#file?.end();
    this.#file = null;
    this.#size = 0;
  }

  #begin(): WriteStream | null {
    const { folder, rotation } = this.#place;
    const only = join(folder, `instance-${this.#instance}.log`);
    if (rotation === null) {
      const file = this.#follow(only, createWriteStream(only, { flags: "a", mode: 0o600 }));
      const torn = hasTornEnd(only);
      if (torn) file.write("\n");
      const before = statSync(only, { throwIfNoEntry: false })?.size ?? 0;
      this.#position = { path: only, offset: before + (torn ? 1 : 0) };
      return file;
    }
    try {
      const { path, fd } = beginFile(folder, this.#instance, rotation.maxFiles);
      this.#position = { path, offset: 0 };
      return this.#follow(path, createWriteStream(path, { fd }));
    } catch (error) {
      this.#break(only, toError(error));
      return null;
    }
  }

  #follow(path: string, file: WriteStream): WriteStream {
    this.#open.add(file);
    file.on("drain", () => this.#rested());
    file.on("error", (error) => this.#break(path, error));
    file.once("close", () => {
      this.#open.delete(file);
      this.#rested();
    });
    return file;
  }

  #break(path: string, error: Error): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#listener.onBroken(path, error);
  }

  #rested(): void {
    if (!this.#needsRest) return;
    for (const file of this.#open) if (file.writableNeedDrain || file !== this.#file) return;
    this.#needsRest = false;
    this.#listener.onDrain();
  }
}
