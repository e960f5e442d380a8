import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { PAGE_BYTES } from "../../sqlite/database.ts";

/** https://sqlite.org/fileformat2.html#the_write_ahead_log */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_BYTES: number = FRAME_HEADER_BYTES + PAGE_BYTES;

/**
 * All that the files of a journal hold of its pages, of whatever time: those of the database, and behind
 * them those of the write-ahead log.
 */
export class PageImages implements Disposable {
  readonly #database: number | null;
  readonly #log: number | null;
  readonly #pages: number;
  /** Of each frame of the log, the page that it is an image of. */
  readonly #frames: readonly number[];
  /** By the number of a page, its newest image in the log. */
  readonly #newest: ReadonlyMap<number, number>;
  readonly bytes: number;

  constructor(journal: string) {
    this.#database = openIfThere(journal);
    this.#log = openIfThere(`${journal}-wal`);
    const size = sizeOf(this.#database);
    this.#pages = Math.ceil(size / PAGE_BYTES);
    this.#frames = framesOf(this.#log);
    this.#newest = new Map(this.#frames.map((page, frame) => [page, this.#pages + frame]));
    this.bytes = size + sizeOf(this.#log);
  }

  /** How many there are, the newest last. */
  get count(): number {
    return this.#pages + this.#frames.length;
  }

  /** One of them; what a file does not have of it is zero. */
  read(image: number): Buffer {
    const page = Buffer.alloc(PAGE_BYTES);
    if (image < this.#pages) readAt(this.#database, page, image * PAGE_BYTES);
    else readAt(this.#log, page, frameAt(image - this.#pages) + FRAME_HEADER_BYTES);
    return page;
  }

  /** The newest image of a page. Pages count from 1. */
  newestOf(page: number): Buffer {
    return this.read(this.#newest.get(page) ?? page - 1);
  }

  [Symbol.dispose](): void {
    if (this.#database !== null) closeSync(this.#database);
    if (this.#log !== null) closeSync(this.#log);
  }
}

function framesOf(log: number | null): number[] {
  const count = Math.max(0, Math.ceil((sizeOf(log) - LOG_HEADER_BYTES) / FRAME_BYTES));
  const header = Buffer.alloc(4);
  return Array.from({ length: count }, (_, frame) => {
    readAt(log, header, frameAt(frame));
    return header.readUInt32BE(0);
  });
}

function frameAt(frame: number): number {
  return LOG_HEADER_BYTES + frame * FRAME_BYTES;
}

function readAt(file: number | null, buffer: Buffer, position: number): void {
  buffer.fill(0);
  if (file !== null && position >= 0) readSync(file, buffer, 0, buffer.length, position);
}

function sizeOf(file: number | null): number {
  return file === null ? 0 : fstatSync(file).size;
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
