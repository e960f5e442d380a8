import { isMarker } from "../process/marker.ts";

/** Whose ledger it is. */
export interface LedgerOwner {
  readonly pid: number;
  readonly started: string;
  readonly realm: string;
}

/** One process in a ledger. */
export interface LedgerEntry {
  readonly marker: string;
  /** Null when the parent ended before it knew. */
  readonly pid: number | null;
  readonly started: string;
}

const FORMAT = "cluster-processes-1";

export function ownerLine({ pid, started, realm }: LedgerOwner): string {
  return `${FORMAT} ${pid} ${started} ${realm}\n`;
}

/** Written before a process is started: its parent may be killed before it knows the pid. */
export function expectedLine(marker: string): string {
  return `expected ${marker}\n`;
}

export function startedLine(marker: string, pid: number, started: string): string {
  return `started ${marker} ${pid} ${started}\n`;
}

export function endedLine(marker: string): string {
  return `ended ${marker}\n`;
}

/** Null when it is no ledger, or none that this version knows. */
export function ownerIn(text: string): LedgerOwner | null {
  const [format, pid, started, realm] = (text.split("\n", 1)[0] ?? "").split(" ");
  if (format !== FORMAT || !started || !realm || !isNumber(pid)) return null;
  return { pid: Number(pid), started, realm };
}

/** The processes that have not ended. A line that is torn or unknown is none. */
export function entriesIn(text: string): readonly LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  // The last piece has no end of line: it is empty, or torn.
  for (const line of text.split("\n").slice(1, -1)) {
    const [what, marker = "", pid, started = ""] = line.split(" ");
    if (!isMarker(marker)) continue;
    if (what === "expected") entries.set(marker, { marker, pid: null, started: "" });
    if (what === "started" && started !== "" && isPid(pid)) {
      entries.set(marker, { marker, pid: Number(pid), started });
    }
    if (what === "ended") entries.delete(marker);
  }
  return [...entries.values()];
}

/** 1 is the init, and 0 and below are groups. */
function isPid(text: string | undefined): boolean {
  return isNumber(text) && Number(text) > 1;
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text);
}
