import { WorkspaceError } from "../errors/workspace-error.ts";
import { LockTable, type LockUser } from "./lock-table.ts";
import { stateFailed } from "./state-failure.ts";

/** How often to look whether another process has let go of a file. */
const LOOK_MS = 200;

interface Waiter {
  readonly name: string;
  readonly paths: readonly string[];
  readonly taken: PromiseWithResolvers<void>;
  /** Called when somebody else has one of its files. */
  readonly onBusy: (() => void) | undefined;
}

/**
 * A lock for each file: two attempts with a common file never run at once, whatever process they are
 * of. An attempt gets all its files at once, so that none waits for one while it holds another; whoever
 * waits longest is served first.
 */
export class FileLocks {
  readonly #table: LockTable;
  readonly #held = new Map<string, readonly string[]>();
  readonly #waiting: Waiter[] = [];
  #pumping: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(folder: string, user: LockUser) {
    try {
      this.#table = new LockTable(folder, user);
    } catch (cause) {
      throw stateFailed(`The locks of files in ${folder}`, cause);
    }
  }

  /** The files of attempts at work. */
  isHeld(path: string): boolean {
    for (const paths of this.#held.values()) if (paths.includes(path)) return true;
    return false;
  }

  /** Whether another run works on a file, or has since a moment. */
  isOthers(path: string, since: number): boolean {
    return this.#table.isOthers(path, since);
  }

  /**
   * Takes the files of an attempt as soon as nobody has one of them.
   * @param onBusy called when it has to wait, at least once
   * @throws {WorkspaceError} FILE_HELD
   */
  async take(
    name: string,
    paths: readonly string[],
    signal?: AbortSignal,
    onBusy?: () => void,
  ): Promise<void> {
    signal?.throwIfAborted();
    if (this.#held.has(name)) return;
    const waiter: Waiter = { name, paths, taken: Promise.withResolvers(), onBusy };
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(waiter);
      // One that is about to be served is not given up: its locks are the caller's already.
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      waiter.taken.reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.push(waiter);
    this.#pump();
    try {
      await waiter.taken.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Gives the files of an attempt back. */
  giveBack(name: string): void {
    const paths = this.#held.get(name);
    if (paths === undefined) return;
    this.#held.delete(name);
    this.#table.giveBack(paths, Date.now());
    this.#pump();
  }

  async close(): Promise<void> {
    for (const waiter of this.#waiting.splice(0)) {
      waiter.taken.reject(new WorkspaceError("WORKSPACE_CLOSED", "The run was disposed of."));
    }
    await this.#pumping;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#table.close();
  }

  #pump(): void {
    this.#pumping = this.#pumping.then(() => this.#serve());
  }

  async #serve(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const reserved = new Set<string>();
    let others = false;
    for (const waiter of [...this.#waiting]) {
      const { name, paths, taken } = waiter;
      const free = !paths.some((path) => reserved.has(path) || this.isHeld(path));
      const got = free ? await this.#take(waiter) : "busy";
      if (got === "taken") {
        this.#held.set(name, paths);
        taken.resolve();
      } else if (got === "busy") {
        waiter.onBusy?.();
        others ||= free;
        for (const path of paths) reserved.add(path);
      } else if (got !== "given up") {
        taken.reject(got);
      }
    }
    if (others) this.#timer = setTimeout(() => this.#pump(), LOOK_MS);
  }

  async #take({ paths, ...waiter }: Waiter): Promise<"taken" | "busy" | "given up" | Error> {
    const isWaiting = (): boolean => this.#waiting.some(({ taken }) => taken === waiter.taken);
    const served = (): boolean => {
      const at = this.#waiting.findIndex(({ taken }) => taken === waiter.taken);
      if (at >= 0) this.#waiting.splice(at, 1);
      return at >= 0;
    };
    if (!isWaiting()) return "given up";
    try {
      const result = await this.#table.take(paths);
      if (result.kind === "busy") return isWaiting() ? "busy" : "given up";
      if (result.kind === "half-edited") return served() ? heldError(result.holder) : "given up";
      if (served()) return "taken";
      // Given up while the table was asked.
      this.#table.giveBack(paths, 0);
      return "given up";
    } catch (cause) {
      served();
      return stateFailed("The locks of files", cause);
    }
  }
}

function heldError({ path, run }: { readonly path: string; readonly run: string }): WorkspaceError {
  return new WorkspaceError(
    "FILE_HELD",
    `${JSON.stringify(path)} may be half edited: the run ${run} was at work on it when its process ` +
      `died. Go on with that run (cluster resume ${run}) or take it back (cluster undo ${run}) first.`,
    { files: [path] },
  );
}
