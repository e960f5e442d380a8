import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Tip } from "../sqlite/row.ts";

const SIZE = 24;
const COVERED = SIZE - 4;

/** What the witness says: the row that was acknowledged last, and how many tasks were planned by then. */
export interface Testimony extends Tip {
  readonly tasks: number;
}

/**
 * A small file beside the journal that says which row was acknowledged last. SQLite passes over what is
 * damaged in its write-ahead log, and over all that follows, without a word; so nobody could tell a log
 * that was cut from one that ends there. One write over the same few bytes, 2 µs, survives the process.
 */
export class Witness {
  readonly #file: number;
  readonly #bytes: Buffer = Buffer.alloc(SIZE);
  #sequence: number;

  constructor(journal: string) {
    this.#sequence = readWitness(journal)?.sequence ?? 0;
    this.#file = openSync(witnessOf(journal), "r+");
  }

  write(testimony: Testimony): void {
    // Two syncs may end out of order.
    if (testimony.sequence <= this.#sequence) return;
    this.#sequence = testimony.sequence;
    writeSync(this.#file, bytesOf(testimony, this.#bytes), 0, SIZE, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Makes the witness of a journal, for this user only. */
export function createWitness(journal: string, testimony: Testimony): void {
  const bytes = bytesOf(testimony, Buffer.alloc(SIZE));
  writeFileSync(witnessOf(journal), bytes, { mode: 0o600, flag: "wx" });
}

function bytesOf({ sequence, checksum, tasks }: Testimony, bytes: Buffer): Buffer {
  bytes.writeDoubleBE(sequence, 0);
  bytes.writeDoubleBE(tasks, 8);
  bytes.writeUInt32BE(checksum, 16);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, COVERED)), COVERED);
  return bytes;
}

/** @returns `null` when the file is gone or cannot be believed */
export function readWitness(journal: string): Testimony | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(witnessOf(journal));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (bytes.length !== SIZE) return null;
  if (crc32(bytes.subarray(0, COVERED)) !== bytes.readUInt32BE(COVERED)) return null;
  return {
    sequence: bytes.readDoubleBE(0),
    tasks: bytes.readDoubleBE(8),
    checksum: bytes.readUInt32BE(16),
  };
}

/** Where the witness of a journal is. */
export function witnessOf(journal: string): string {
  return `${journal}-witness`;
}
