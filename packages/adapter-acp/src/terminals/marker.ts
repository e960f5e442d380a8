import { readFileSync } from "node:fs";
import { PROCESS_MARKER } from "@cluster/pool";

/** The mark that a pool has given to one of its processes; null where the system does not show it. */
export function markerOf(pid: number): string | null {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    const entry = entries.find((one) => one.startsWith(`${PROCESS_MARKER}=`));
    return entry?.slice(PROCESS_MARKER.length + 1) ?? null;
  } catch {
    return null;
  }
}
