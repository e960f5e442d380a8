import { spawn } from "node:child_process";
import { commandEnvironment } from "./command-environment.ts";

/** A command line of the user's own, and where it runs. */
export interface UserCommand {
  /** For `sh -c`. Never made out of data: that goes into `args` and `variables`. */
  readonly command: string;
  /** What the command is called in `$0`. */
  readonly name: string;
  /** `"$@"`. */
  readonly args?: readonly string[];
  readonly cwd: string;
  /** Added to the user's environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `Infinity`: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Calls back after so many milliseconds unless it is called off. @default setTimeout */
  readonly after?: (ms: number, callBack: () => void) => () => void;
}

/** How a command ended. */
export interface CommandEnd {
  /** `timeout` and `cancelled`: it was ended. */
  readonly kind: "exited" | "timeout" | "cancelled";
  /** `null` when it was ended by a signal. */
  readonly code: number | null;
  readonly killedBy: string | null;
  /** The end of what it printed, stdout and stderr as they came. */
  readonly output: string;
}

/** How much of the output is kept: its end says what failed. */
const SHOWN_BYTES = 4096;
/** How long output may still arrive after the command has ended. */
const DRAIN_MS = 100;

/**
 * Runs a command line of the user's in a process group of its own. It has ended when its shell has;
 * whatever it left in the background is ended too.
 * @throws what the operating system says when there is no `sh`.
 */
export async function runUserCommand(request: UserCommand): Promise<CommandEnd> {
  const { command, name, args = [], cwd, timeoutMs, signal, after = byTimer } = request;
  if (signal.aborted) return { kind: "cancelled", code: null, killedBy: null, output: "" };
  const child = spawn("sh", ["-c", command, name, ...args], {
    cwd,
    env: { ...commandEnvironment(process.env, cwd), ...request.variables },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = Buffer.alloc(0);
  const keep = (chunk: Buffer): void => {
    output = Buffer.concat([output, chunk]).subarray(-SHOWN_BYTES);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  let kind: CommandEnd["kind"] = "exited";
  const end = (why: "timeout" | "cancelled"): void => {
    if (kind === "exited") kind = why;
    killGroup(child.pid);
  };
  const onAbort = (): void => end("cancelled");
  signal.addEventListener("abort", onAbort, { once: true });
  const cancelTimer = after(timeoutMs, () => end("timeout"));
  try {
    const [code, killedBy] = await new Promise<[number | null, string | null]>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (...how) => resolve(how));
      },
    );
    killGroup(child.pid);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
    return { kind, code, killedBy, output: output.toString("utf8").trim() };
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Node takes a longer time for none at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function byTimer(ms: number, callBack: () => void): () => void {
  if (ms > LONGEST_TIMER_MS) return () => {};
  const timer = setTimeout(callBack, ms);
  return () => clearTimeout(timer);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}
