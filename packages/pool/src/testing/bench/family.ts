import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { markersIn } from "../../process/marker.ts";
import { identify, identifyFromProc } from "../../process/process-identity.ts";

/** A process that belongs to a tool, or has belonged to it. */
export interface Relative {
  readonly pid: number;
  /** With `pid`, that it is still the same one. */
  readonly started: string;
}

/** By what the processes of a tool are known. */
export interface Kinship {
  /** Null: whatever bears the other signs. */
  readonly root: number | null;
  /** Of the pool's markers, the one that this process was given. */
  readonly marker: string | undefined;
  readonly cwd: string;
}

/**
 * The processes of a tool that live now: descendants of its process, and on Linux whatever carries its
 * marker or works in its folder. One that has left all three is not found.
 */
export async function family(kinship: Kinship): Promise<Relative[]> {
  const found = new Map<number, { readonly parent: number; readonly relative: Relative }>();
  const ours = new Set<number>(kinship.root === null ? [] : [kinship.root]);
  for (const pid of await pids()) {
    const identity = process.platform === "linux" ? identifyFromProc(pid) : await identify(pid);
    if (identity === null) continue;
    const { parent, started } = identity;
    found.set(pid, { parent, relative: { pid, started } });
    if (process.platform === "linux" && bears(pid, kinship)) ours.add(pid);
  }
  for (let size = 0; size !== ours.size; ) {
    size = ours.size;
    for (const [pid, { parent }] of found) if (ours.has(parent)) ours.add(pid);
  }
  return [...ours].flatMap((pid) => found.get(pid)?.relative ?? []);
}

/** Those of them that live. */
export async function living(relatives: readonly Relative[]): Promise<Relative[]> {
  const now = await Promise.all(relatives.map(({ pid }) => identify(pid)));
  return relatives.filter(({ started }, at) => now[at]?.started === started);
}

/** What a process is, for the message. */
export async function commandOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "args=", "-p", String(pid)]);
    return stdout.trim().slice(0, 120);
  } catch {
    return "";
  }
}

async function pids(): Promise<number[]> {
  const names =
    process.platform === "linux"
      ? readdirSync("/proc")
      : (await promisify(execFile)("ps", ["-axo", "pid="])).stdout.split("\n");
  return names.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
}

/** Carries the marker, or works in the folder. */
function bears(pid: number, { marker, cwd }: Kinship): boolean {
  try {
    if (marker !== undefined && markersOf(pid).includes(marker)) return true;
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return folder === cwd || folder.startsWith(`${cwd}/`);
  } catch {
    return false;
  }
}

function markersOf(pid: number): readonly string[] {
  return markersIn(readFileSync(`/proc/${pid}/environ`));
}

/** What a process was started with, where that can be seen: name and value of each variable. */
export function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    // It has gone, or the system does not tell.
    return "";
  }
}
