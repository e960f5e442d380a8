import { readdirSync, readFileSync } from "node:fs";
import { privateMebibytes } from "./processor-time.ts";

/** A process and everything that descends from it and is there. Linux only. */
function familyOf(pid: number): readonly number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
    );
    return [pid, ...children.flatMap((child) => familyOf(Number(child)))];
  } catch {
    // It has just ended.
    return [];
  }
}

/** Memory that a family of processes shares with no other one, in MiB. Linux only. */
export function familyPrivateMebibytes(pid: number): number {
  return familyOf(pid).reduce((sum, one) => sum + privateMebibytes(one), 0);
}
