import { readdirSync, readFileSync } from "node:fs";

/** A living process, as /proc has it. */
export interface LivingProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Ticks since boot: with the pid it names a process for good. */
  readonly startedAt: number;
  readonly command: readonly string[];
}

/**
 * The living processes that have a variable with this value in their environment: a home folder that
 * exists for one run only marks all that the run has started. Linux only.
 */
export function processesWith(name: string, value: string): readonly LivingProcess[] {
  const setting = `${name}=${value}`;
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!(pid > 0) || pid === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(setting)) return [];
      return aliveProcess(pid) ?? [];
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return [];
    }
  });
}

/** `null` for one that has ended, a zombie included. */
export function aliveProcess(pid: number): LivingProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return {
      pid,
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startedAt: Number(fields[19]),
      command: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1),
    };
  } catch {
    return null;
  }
}
