import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { COMMAND_MARKER } from "../command/command-environment.ts";

/** Marks every git of a run, and what git starts, by the folder of its worktrees. */
const GIT_MARKER = "CLUSTER_WORKTREES";

const LOOK_AGAIN_MS = 20;
const GRACE_MS = 2_000;

/** The environment of a run's git. */
export function markedEnvironment(
  environment: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  return { ...environment, [GIT_MARKER]: folder };
}

/**
 * Ends the setup and verify commands that a run's dead process left, and waits until none of its gits is at
 * work any more: a landing under way would else move the branch after it was read. A git that is still
 * there after `patienceMs` is asked to end, which makes it remove its locks, and then made to. To be
 * called before this process runs anything for the run.
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
      const left = await leftProcesses(folder);
      if (left.length === 0) return true;
      for (const { pid, kind } of left) if (kind === "command") end(pid, "SIGKILL");
      if (performance.now() >= deadline) return false;
      await wait(LOOK_AGAIN_MS);
    }
  };
  if (await gone(patienceMs)) return;
  for (const by of ["SIGTERM", "SIGKILL"] as const) {
    for (const { pid } of await leftProcesses(folder)) end(pid, by);
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

interface LeftProcess {
  readonly pid: number;
  readonly kind: "git" | "command";
}

/** Finds those of a run by the markers in their environment. */
async function leftProcesses(folder: string): Promise<LeftProcess[]> {
  const all = process.platform === "linux" ? await fromProc() : await fromPs();
  return all.flatMap(({ pid, name, environment }): LeftProcess[] => {
    const command = environment.some((setting) =>
      setting.startsWith(`${COMMAND_MARKER}=${folder}/`),
    );
    if (command) return [{ pid, kind: "command" }];
    // Not what git started and left running, as a signer's agent: that is the user's.
    const git = /^git(-|$)/.test(name) && environment.includes(`${GIT_MARKER}=${folder}`);
    return git ? [{ pid, kind: "git" }] : [];
  });
}

interface ProcessEntry {
  readonly pid: number;
  readonly name: string;
  readonly environment: readonly string[];
}

async function fromProc(): Promise<ProcessEntry[]> {
  const found: ProcessEntry[] = [];
  for (const pid of (await readdir("/proc").catch(() => [])).map(Number)) {
    if (!(pid > 0) || pid === process.pid) continue;
    // Of a zombie it is empty, of a stranger's process unreadable.
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.includes("CLUSTER_")) continue;
    const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trimEnd();
    found.push({ pid, name, environment: environment.split("\0") });
  }
  return found;
}

async function fromPs(): Promise<ProcessEntry[]> {
  const args = ["-E", "-ww", "-ax", "-o", "pid=,command="];
  const found = await promisify(execFile)("ps", args, { maxBuffer: 64 * 1024 * 1024 }).catch(
    () => ({ stdout: "" }),
  );
  return found.stdout
    .split("\n")
    .map((line) => line.trim().split(" "))
    .map(([pid, command = "", ...rest]) => ({
      pid: Number(pid),
      name: basename(command),
      environment: rest,
    }))
    .filter(({ pid }) => pid > 0 && pid !== process.pid);
}
