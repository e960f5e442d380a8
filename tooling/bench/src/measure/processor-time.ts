import { readdirSync, readFileSync } from "node:fs";

/** What Linux counts processor time in, for every program that asks by /proc. */
const TICK_MS = 10;

/** Processor time of a process and of its children that have ended, in milliseconds. Linux only. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name stands in brackets and may have brackets and spaces of its own.
  const [, , , , , , , , , , , user = 0, system = 0, childUser = 0, childSystem = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return (user + system + childUser + childSystem) * TICK_MS;
}

/** The same of a process and of everything that descends from it, as long as it is there. Linux only. */
export function familyProcessorMs(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  return children.reduce((sum, child) => {
    try {
      return sum + familyProcessorMs(Number(child));
    } catch {
      // It has just ended, and is counted with its parent.
      return sum;
    }
  }, processorMs(pid));
}

/** Memory that a process shares with no other one, in MiB. Linux only. */
export function privateMebibytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const parts = [...rollup.matchAll(/^Private_\w+: +(\d+) kB/gm)];
  return parts.reduce((sum, [, kibibytes]) => sum + Number(kibibytes), 0) / 1024;
}
