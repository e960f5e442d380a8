import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/** Version 2 of the kernel's control groups; a container sees its own at the root. */
const GROUP = "/sys/fs/cgroup";

/**
 * The memory that programs can still get, in bytes: the machine's (on Linux with what its caches would give
 * back), or the container's if that is less.
 */
export function freeMemory(group: string = GROUP): number {
  return Math.min(freemem(), freeOfGroup(group));
}

function freeOfGroup(group: string): number {
  try {
    const most = Number(readFileSync(`${group}/memory.max`, "utf8"));
    const used = Number(readFileSync(`${group}/memory.current`, "utf8"));
    const statistics = readFileSync(`${group}/memory.stat`, "utf8");
    const cache = Number(/^inactive_file (\d+)$/m.exec(statistics)?.[1] ?? 0);
    // "max", for none, is not a number.
    return Number.isFinite(most) ? Math.max(0, most - used + cache) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
