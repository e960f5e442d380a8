import { toError } from "../errors/pool-error.ts";
import {
  identify,
  identifyFromProc,
  type ProcessIdentity,
  processRealm,
} from "../process/process-identity.ts";
import { LedgerFile } from "./ledger-file.ts";
import { sweepLedgers } from "./sweep.ts";

/** How far up the parents of a process are followed: a server, a shim, a terminal. */
const MAX_GENERATIONS = 4;
/** An empty ledger stays for a moment: the next process may be about to start. */
const TIDY_MS = 1_000;

/** What a pool hears of its ledger. */
export interface LedgerListener {
  /** Processes that a program which was killed had left behind were ended. */
  swept(count: number): void;
  /** It does not work, and processes that outlive this program will not be found. Told once. */
  failed(error: Error): void;
}

/** What one pool tells of its processes to the ledger. Nothing of it ever throws. */
export interface ProcessLedger {
  /** Ends what others have left behind; once for each pool, before its first process. */
  sweep(): Promise<void>;
  expect(marker: string): void;
  started(marker: string, pid: number): void;
  ended(marker: string): void;
  /** Leaves no file behind when nothing runs. */
  tidy(): void;
}

const files = new Map<string, LedgerFile>();

/** @param folder Null for no ledger. */
export function openLedger(folder: (() => string) | null, listener: LedgerListener): ProcessLedger {
  return folder === null ? NO_LEDGER : new FolderLedger(folder, listener);
}

const NO_LEDGER: ProcessLedger = {
  sweep: () => Promise.resolve(),
  expect: () => {},
  started: () => {},
  ended: () => {},
  tidy: () => {},
};

class FolderLedger implements ProcessLedger {
  readonly #folder: () => string;
  readonly #listener: LedgerListener;
  #swept: Promise<void> | null = null;
  /** Null before the first process, and when it does not work. */
  #file: LedgerFile | null = null;
  #failed = false;

  constructor(folder: () => string, listener: LedgerListener) {
    this.#folder = folder;
    this.#listener = listener;
  }

  sweep(): Promise<void> {
    this.#swept ??= this.#open().catch((error: unknown) => this.#fail(error));
    return this.#swept;
  }

  expect(marker: string): void {
    this.#try((file) => file.expect(marker));
  }

  started(marker: string, pid: number): void {
    if (process.platform === "linux") {
      this.#note(marker, pid, identifyFromProc(pid), isOursByProc(pid));
      return;
    }
    void identify(pid).then((identity) =>
      this.#note(marker, pid, identity, identity?.parent === process.pid),
    );
  }

  ended(marker: string): void {
    this.#try((file) => {
      file.ended(marker);
      if (file.size === 0) setTimeout(() => this.tidy(), TIDY_MS).unref();
    });
  }

  tidy(): void {
    this.#try((file) => file.tidy());
  }

  /** A pid that a host has brought from another machine or container would name a stranger here. */
  #note(marker: string, pid: number, identity: ProcessIdentity | null, ours: boolean): void {
    if (identity === null || !ours) return;
    this.#try((file) => file.started(marker, pid, identity.started));
  }

  async #open(): Promise<void> {
    const folder = this.#folder();
    let file = files.get(folder);
    if (file === undefined) {
      const { started } = (await identify(process.pid)) ?? { started: "unknown" };
      const owner = { pid: process.pid, started, realm: processRealm() };
      file = files.get(folder) ?? new LedgerFile(folder, owner);
      files.set(folder, file);
    }
    this.#file = file;
    const count = await sweepLedgers(folder).catch(nothingThere);
    if (count > 0) this.#listener.swept(count);
  }

  #try(operation: (file: LedgerFile) => void): void {
    if (this.#file === null) return;
    try {
      operation(this.#file);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#file = null;
    if (this.#failed) return;
    this.#failed = true;
    this.#listener.failed(toError(error));
  }
}

function isOursByProc(pid: number): boolean {
  let at = pid;
  for (let generation = 0; generation < MAX_GENERATIONS && at > 1; generation += 1) {
    at = identifyFromProc(at)?.parent ?? 0;
    if (at === process.pid) return true;
  }
  return false;
}

function nothingThere(error: NodeJS.ErrnoException): number {
  if (error.code === "ENOENT") return 0;
  throw error;
}
