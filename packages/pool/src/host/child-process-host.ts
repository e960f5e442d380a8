import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Exit, ProcessHost, ProcessSpec, ToolProcess } from "../contract/process-host.ts";
import { endWithThisProgram, killGroup } from "./living-groups.ts";
import { explainStartFailure } from "./start-failure.ts";

/**
 * Starts ordinary child processes on pipes, each in a process group of its own, so that a signal
 * reaches what the tool itself starts. Not execa: it costs 115 KiB for each child that idles.
 */
export function childProcessHost(): ProcessHost {
  return {
    async start(spec, signal) {
      signal.throwIfAborted();
      try {
        const child = spawnChild(spec);
        await once(child, "spawn");
        child.once("exit", endWithThisProgram(child.pid as number));
        return toToolProcess(child as PipedChild);
      } catch (error) {
        // Some failures are thrown at once (arguments that are too long), others emitted as "error".
        throw await explainStartFailure(spec, error);
      }
    },
    async dispose() {},
  };
}

interface PipedChild extends ChildProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

function spawnChild(spec: ProcessSpec): ChildProcess {
  return spawn(spec.file, spec.args, {
    cwd: spec.cwd,
    env: { ...spec.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    windowsHide: true,
  });
}

function toToolProcess(child: PipedChild): ToolProcess {
  // A write that meets a dead reader reports through its callback; the stream's own event must not
  // bring the program down.
  child.stdin.on("error", () => {});
  child.on("error", () => {});
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      if (code !== null) resolve({ kind: "code", code });
      else resolve({ kind: "signal", signal: signal ?? "unknown" });
    });
  });
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    endInput: () => {
      child.stdin.end();
    },
    exited,
    kill(signal, target) {
      // A leader that has been reaped may still have left others in its group.
      if (target === "group") return killGroup(child.pid, signal);
      return child.exitCode === null && child.signalCode === null && child.kill(signal);
    },
  };
}
