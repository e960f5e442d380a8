import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Whether a process runs. A zombie, which has ended and was not waited for, counts as dead. */
export function isAlive(pid: number): boolean {
  const state = process.platform === "linux" ? stateFromProc(pid) : stateFromPs(pid);
  return state !== "" && state !== "Z" && state !== "X";
}

/** The letter behind the name, which is in brackets and may itself hold brackets. */
function stateFromProc(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.charAt(stat.lastIndexOf(")") + 2);
  } catch {
    return "";
  }
}

function stateFromPs(pid: number): string {
  return spawnSync("ps", ["-o", "state=", "-p", String(pid)])
    .stdout.toString()
    .trim()
    .charAt(0);
}
