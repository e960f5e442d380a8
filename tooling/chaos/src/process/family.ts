import { readFileSync } from "node:fs";
import { aliveProcess, type LivingProcess } from "./process-tree.ts";

/**
 * A program with all that descends from it. Who was ever seen is remembered by pid and start time, so
 * that those are found again that have lost their parent. Only such processes are ever killed.
 */
export class Family {
  readonly root: number;
  /** The root as it was first seen: its pid alone may be a stranger's later. */
  #first: LivingProcess | null = null;
  readonly #seen = new Map<string, LivingProcess>();

  constructor(root: number) {
    this.root = root;
  }

  /** All that live now and descend from the root. Cheap enough to be asked all the time. */
  look(): readonly LivingProcess[] {
    const found: LivingProcess[] = [];
    const visit = (pid: number): void => {
      const process = aliveProcess(pid);
      if (process === null) return;
      if (pid === this.root) this.#first ??= process;
      if (pid === this.root && process.startedAt !== this.#first?.startedAt) return;
      found.push(process);
      this.#seen.set(`${pid} ${process.startedAt}`, process);
      for (const child of childrenOf(pid)) visit(child);
    };
    visit(this.root);
    return found;
  }

  /** All that were ever seen and still live. */
  living(): readonly LivingProcess[] {
    return [...this.#seen.values()].filter(isStill);
  }
}

/** Whether a pid still means the process that it meant. */
export function isStill({ pid, startedAt }: LivingProcess): boolean {
  return aliveProcess(pid)?.startedAt === startedAt;
}

/** The kernel lists them by the thread that started them, which in Node is the first. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
