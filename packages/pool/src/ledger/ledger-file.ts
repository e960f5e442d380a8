import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import {
  endedLine,
  expectedLine,
  type LedgerEntry,
  type LedgerOwner,
  ownerLine,
  startedLine,
} from "./ledger-lines.ts";
import { LEDGER_SUFFIX } from "./sweep.ts";

/** A file that is longer than this, and four times as long as it need be, is written anew. */
const COMPACT_LINES = 1_000;

/**
 * What this program has running, in a file that outlives it. A line is appended at once, with no wait
 * for the disk: it is to survive this program, not the machine. There is no file while nothing runs.
 *
 * Every function but {@link entries} throws what the file system says.
 */
export class LedgerFile {
  readonly #folder: string;
  readonly #owner: LedgerOwner;
  readonly #path: string;
  readonly #entries = new Map<string, LedgerEntry>();
  #descriptor: number | null = null;
  #lines = 0;

  constructor(folder: string, owner: LedgerOwner) {
    this.#folder = folder;
    this.#owner = owner;
    // Threads of one program have each their own.
    const name = `${owner.pid}-${randomBytes(6).toString("hex")}`;
    this.#path = join(folder, `${name}${LEDGER_SUFFIX}`);
  }

  get path(): string {
    return this.#path;
  }

  get size(): number {
    return this.#entries.size;
  }

  expect(marker: string): void {
    this.#entries.set(marker, { marker, pid: null, started: "" });
    this.#append(expectedLine(marker));
  }

  started(marker: string, pid: number, started: string): void {
    this.#entries.set(marker, { marker, pid, started });
    this.#append(startedLine(marker, pid, started));
  }

  ended(marker: string): void {
    if (!this.#entries.delete(marker) || this.#descriptor === null) return;
    this.#append(endedLine(marker));
  }

  /** Removes the file when nothing runs any more. */
  tidy(): void {
    if (this.#entries.size > 0 || this.#descriptor === null) return;
    closeSync(this.#descriptor);
    this.#descriptor = null;
    rmSync(this.#path, { force: true });
  }

  #append(line: string): void {
    this.#descriptor ??= this.#create();
    writeSync(this.#descriptor, line);
    this.#lines += 1;
    if (this.#lines > COMPACT_LINES && this.#lines > 4 * this.#entries.size) this.#compact();
  }

  #create(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // One that was there before, with the rights that somebody else chose.
    if ((statSync(this.#folder).mode & 0o077) !== 0) chmodSync(this.#folder, 0o700);
    const descriptor = openSync(this.#path, "a", 0o600);
    writeSync(descriptor, ownerLine(this.#owner));
    this.#lines = 1;
    return descriptor;
  }

  #compact(): void {
    const lines = [ownerLine(this.#owner)];
    for (const { marker, pid, started } of this.#entries.values()) {
      lines.push(pid === null ? expectedLine(marker) : startedLine(marker, pid, started));
    }
    const fresh = `${this.#path}.new`;
    try {
      writeFileSync(fresh, lines.join(""), { mode: 0o600 });
      const descriptor = openSync(fresh, "a");
      renameSync(fresh, this.#path);
      if (this.#descriptor !== null) closeSync(this.#descriptor);
      this.#descriptor = descriptor;
      this.#lines = lines.length;
    } catch (error) {
      unlinkSync(fresh);
      throw error;
    }
  }
}
