import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

/** Marks every git of a run, and what git starts, by the folder of its worktrees. */
const MARKER = "CLUSTER_WORKTREES";

const LOOK_AGAIN_MS = 20;
const GRACE_MS = 2_000;

/** The environment of a run's git. */
export function markedEnvironment(
  environment: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  return { ...environment, [MARKER]: folder };
}

/**
 * Waits until no git of a run's dead process is at work any more: a landing under way would else move
 * the branch after it was read. What is still there after `patienceMs` is asked to end, which makes git
 * remove its locks, and then made to. To be called before this process runs a git for the run.
 */
export async function outliveLeftProcesses(
  folder: string,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const gone = async (withinMs: number): Promise<boolean> => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      signal?.throwIfAborted();
      if ((await leftProcesses(folder)).length === 0) return true;
      if (performance.now() >= deadline) return false;
      await wait(LOOK_AGAIN_MS);
    }
  };
  if (await gone(patienceMs)) return;
  for (const by of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of await leftProcesses(folder)) end(pid, by);
    if (await gone(GRACE_MS)) return;
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
    // One that is stopped cannot end.
    process.kill(pid, "SIGCONT");
  } catch {
    // It has ended meanwhile.
  }
}

async function leftProcesses(folder: string): Promise<number[]> {
  const setting = `${MARKER}=${folder}`;
  return process.platform === "linux" ? fromProc(setting) : fromPs(setting);
}

/** Not what git started and left running, as a signer's agent: that is the user's. */
function isGit(name: string): boolean {
  return /^git(-|\s*$)/.test(name);
}

async function fromProc(setting: string): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  const found: number[] = [];
  for (const pid of names.map(Number)) {
    if (!(pid > 0) || pid === process.pid) continue;
    // Of a zombie it is empty, of a stranger's process unreadable.
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.split("\0").includes(setting)) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    if (isGit(name)) found.push(pid);
  }
  return found;
}

async function fromPs(setting: string): Promise<number[]> {
  const args = ["-E", "-ww", "-ax", "-o", "pid=,command="];
  const found = await promisify(execFile)("ps", args, { maxBuffer: 64 * 1024 * 1024 }).catch(
    () => ({ stdout: "" }),
  );
  return found.stdout
    .split("\n")
    .map((line) => line.trim().split(" "))
    .filter(([, command = "", ...rest]) => isGit(basename(command)) && rest.includes(setting))
    .map(([pid]) => Number(pid))
    .filter((pid) => pid > 0 && pid !== process.pid);
}
