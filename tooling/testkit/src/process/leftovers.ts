import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isAlive } from "./is-alive.ts";

/** The variable that marks the processes of a test. */
export const TEST_MARKER = "CLUSTER_TEST_MARKER";

/** A process that is still there. */
export interface FoundProcess {
  readonly pid: number;
  /** Its command line, for the message of a failed test. */
  readonly command: string;
}

/** Living processes that were started with `CLUSTER_TEST_MARKER=<marker>` in their environment. */
export function leftoverProcesses(marker: string): FoundProcess[] {
  const setting = `${TEST_MARKER}=${marker}`;
  if (process.platform !== "linux") return fromPs(setting);
  return fromProc((pid) =>
    readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(setting),
  );
}

/** Living processes whose current folder is this one or lies in it. Linux only; elsewhere none. */
export function processesIn(folder: string): FoundProcess[] {
  if (process.platform !== "linux") return [];
  return fromProc((pid) => {
    const cwd = readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, "");
    return cwd === folder || cwd.startsWith(`${folder}/`);
  });
}

function fromProc(matches: (pid: number) => boolean): FoundProcess[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .flatMap((pid) => {
      try {
        if (!matches(pid) || !isAlive(pid)) return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return [{ pid, command }];
      } catch {
        // It has ended meanwhile, or belongs to somebody else.
        return [];
      }
    });
}

function fromPs(setting: string): FoundProcess[] {
  const { stdout } = spawnSync("ps", ["-E", "-ww", "-ax", "-o", "pid=,command="]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line.split(" ").includes(setting))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim() }))
    .filter(({ pid }) => pid !== process.pid && isAlive(pid));
}
