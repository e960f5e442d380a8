import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Tip } from "./row.ts";

const SIZE = 16;

/**
 * A small file beside the journal that says which row was acknowledged last. SQLite passes over what is
 * damaged in its write-ahead log, and whatever follows, without a word; so nobody could tell a log that
 * was cut from one that ends there. One write over the same few bytes, 2 µs, survives the process.
 */
export class Witness {
  readonly #file: number;
  readonly #bytes: Buffer = Buffer.alloc(SIZE);
  #sequence: number;

  constructor(journal: string) {
    this.#sequence = readWitness(journal)?.sequence ?? -1;
    this.#file = openSync(witnessOf(journal), "r+");
  }

  write(tip: Tip): void {
    // Two syncs may end out of order.
    if (tip.sequence <= this.#sequence) return;
    this.#sequence = tip.sequence;
    writeSync(this.#file, statement(tip, this.#bytes), 0, SIZE, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Makes the witness of a journal that is about to be made: nothing was acknowledged so far. */
export function createWitness(journal: string): void {
  const options = { mode: 0o600, flag: "wx" };
  writeFileSync(
    witnessOf(journal),
    statement({ sequence: 0, checksum: 0 }, Buffer.alloc(SIZE)),
    options,
  );
}

function statement({ sequence, checksum }: Tip, bytes: Buffer): Buffer {
  bytes.writeDoubleBE(sequence, 0);
  bytes.writeUInt32BE(checksum, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

/** @returns the row that was acknowledged last, `null` when the file is gone or cannot be believed */
export function readWitness(journal: string): Tip | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(witnessOf(journal));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (bytes.length !== SIZE || crc32(bytes.subarray(0, 12)) !== bytes.readUInt32BE(12)) return null;
  return { sequence: bytes.readDoubleBE(0), checksum: bytes.readUInt32BE(8) };
}

/** Where the witness of a journal is. */
export function witnessOf(journal: string): string {
  return `${journal}-witness`;
}
