import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { SerialQueue } from "../concurrency/serial-queue.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import type { RunContext } from "../run/run-context.ts";

/** For how many worktrees there is room. */
export interface WorktreeRoom {
  /** In all, those that are there already included. */
  readonly worktrees: number;
  /** What stands against more of them: the ceiling that was set, or the disk. */
  readonly by: "DISK_LIMIT" | "DISK_FULL";
  /** The same for people. */
  readonly limit: string;
}

/** @throws {WorkspaceError} OPTION_INVALID */
export function checkCeiling(maxWorktreeBytes: number = Number.POSITIVE_INFINITY): number {
  if (typeof maxWorktreeBytes === "number" && maxWorktreeBytes > 0) return maxWorktreeBytes;
  throw new WorkspaceError(
    "OPTION_INVALID",
    `Expected maxWorktreeBytes to be a number of bytes above 0, found ${String(maxWorktreeBytes)}.`,
  );
}

type RoomContext = Pick<RunContext, "content" | "folder" | "maxWorktreeBytes">;

/** Looks whether there is room for a worktree before it is made. */
export class DiskRoom {
  readonly #context: RoomContext;
  readonly #looks = new SerialQueue();
  readonly #made = new Set<number>();
  #beingMade = 0;

  constructor(context: RoomContext) {
    this.#context = context;
  }

  /** @throws {WorkspaceError} DISK_LIMIT, DISK_FULL when there is none for a single one */
  async look(): Promise<WorktreeRoom> {
    const { folder, maxWorktreeBytes } = this.#context;
    const { bytes: each } = await this.#context.content();
    const free = await freeBytes(folder);
    const byCeiling = each === 0 ? Number.POSITIVE_INFINITY : Math.floor(maxWorktreeBytes / each);
    const unmade = Math.max(0, Math.floor(free / Math.max(each, 1)) - this.#beingMade);
    const byDisk = this.#made.size + this.#beingMade + unmade;
    const of = `a worktree takes about ${inBytes(each)}`;
    if (byCeiling <= byDisk) {
      const limit = `${of}, and the ceiling for all of them is ${inBytes(maxWorktreeBytes)}`;
      if (byCeiling === 0) throw refusal("DISK_LIMIT", limit, "Raise it.");
      return { worktrees: byCeiling, by: "DISK_LIMIT", limit };
    }
    const limit = `${of}, and ${inBytes(free)} are free at ${folder}`;
    const remedy = "Free some, or put worktrees elsewhere (XDG_CACHE_HOME).";
    if (byDisk === 0) throw refusal("DISK_FULL", limit, remedy);
    return { worktrees: byDisk, by: "DISK_FULL", limit };
  }

  /**
   * Makes the worktree of an instance, if there is room for it; who asks first is served first.
   * @throws {WorkspaceError} DISK_LIMIT, DISK_FULL
   */
  async take<T>(index: number, make: () => Promise<T>): Promise<T> {
    await this.#looks.run(() => this.#reserve());
    try {
      const made = await make();
      this.#made.add(index);
      return made;
    } finally {
      this.#beingMade -= 1;
    }
  }

  async #reserve(): Promise<void> {
    const { worktrees, by, limit } = await this.look();
    if (this.#made.size + this.#beingMade + 1 > worktrees) {
      throw refusal(by, `${limit}; there is room for ${worktrees}`, "Use fewer instances.");
    }
    this.#beingMade += 1;
  }

  /** A worktree is gone. */
  giveBack(index: number): void {
    this.#made.delete(index);
  }
}

/** Of the disk that a folder is on, or will be; `Infinity` where the system does not tell. */
async function freeBytes(folder: string): Promise<number> {
  for (let place = folder; ; place = dirname(place)) {
    const disk = await statfs(place).catch(() => null);
    if (disk !== null && disk.blocks > 0) return disk.bavail * disk.bsize;
    if (disk !== null || dirname(place) === place) return Number.POSITIVE_INFINITY;
  }
}

function refusal(code: WorktreeRoom["by"], limit: string, remedy: string): WorkspaceError {
  return new WorkspaceError(code, `There is no room for another worktree: ${limit}. ${remedy}`);
}

/** As `du -h --si` says it. */
function inBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
