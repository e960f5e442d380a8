import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What tells a process from another one that gets its pid later. */
export interface ProcessIdentity {
  readonly parent: number;
  readonly group: number;
  /** When it started, in whatever unit the system tells it; without spaces. */
  readonly started: string;
}

/** Null when there is no such process, or only its zombie. */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  return process.platform === "linux" ? identifyFromProc(pid) : identifyFromPs(pid);
}

/** As {@link identify}, at once, where there is a /proc. */
export function identifyFromProc(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "X", parent, group] = fields;
    if (state === "Z" || state === "X") return null;
    return { parent: Number(parent), group: Number(group), started: fields[19] ?? "" };
  } catch {
    return null;
  }
}

async function identifyFromPs(pid: number): Promise<ProcessIdentity | null> {
  try {
    const columns = ["-o", "state=", "-o", "ppid=", "-o", "pgid=", "-o", "lstart="];
    const { stdout } = await run("ps", [...columns, "-p", String(pid)], {
      // The start time is told in the time zone of whoever asks, who may ask again in another one.
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    });
    const [state = "Z", parent, group, ...started] = stdout.trim().split(/\s+/);
    if (state.startsWith("Z")) return null;
    return { parent: Number(parent), group: Number(group), started: started.join("_") };
  } catch {
    return null;
  }
}

/**
 * Where pids and start times mean what they mean here: this start of this machine, and this namespace
 * of processes. Two containers may share a home folder.
 */
export function processRealm(): string {
  if (process.platform !== "linux") return process.platform;
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "unknown";
  }
}
