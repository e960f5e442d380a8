import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import type { Exit, ProcessHost, ProcessSpec, ToolProcess } from "../contract/process-host.ts";
import { ProcessStartError } from "../errors/turn-errors.ts";

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
        endWithThisProgram(child as PipedChild);
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

/** The process groups that live now. */
const living = new Set<number>();

/**
 * A program that exits without a shutdown (process.exit, an uncaught error) would leave its tools
 * behind: in groups of their own they hear no ^C, and not all of them notice the end of their input.
 */
function endWithThisProgram(child: PipedChild): void {
  if (living.size === 0) process.on("exit", killLiving);
  living.add(child.pid);
  child.once("exit", () => {
    living.delete(child.pid);
    if (living.size === 0) process.off("exit", killLiving);
  });
}

function killLiving(): void {
  for (const pid of living) killGroup(pid, "SIGKILL");
}

function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
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

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file. Check the path, or install the tool",
  EACCES: "it may not be executed. Check its permissions",
  ENOEXEC: "it is not in a format that this machine can execute",
  E2BIG: "its arguments and environment are too long",
  EMFILE: "this process has no file descriptors left. Raise `ulimit -n` or use fewer instances",
  ENFILE: "the machine has no file descriptors left",
  EAGAIN: "the machine allows no more processes",
  ENOMEM: "the machine has no memory left",
};

async function explainStartFailure(spec: ProcessSpec, error: unknown): Promise<ProcessStartError> {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const folder = await stat(spec.cwd).catch(() => null);
  // The kernel answers ENOENT for a missing working folder too, and Node then blames the executable.
  const reason = folder?.isDirectory()
    ? (REASONS[code] ?? (error instanceof Error ? error.message : String(error)))
    : `its working folder ${spec.cwd} does not exist`;
  return new ProcessStartError(`Could not start ${spec.file}: ${reason}.`, { cause: error });
}
