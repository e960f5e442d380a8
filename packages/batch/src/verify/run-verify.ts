import { spawn } from "node:child_process";
import type { Clock } from "@cluster/manager";
import { verifyEnvironment } from "./verify-environment.ts";

/** What to verify, and for how long. */
export interface VerifyRequest {
  /** The user's own command line, for `sh -c`. */
  readonly command: string;
  /** Given as `"$@"` and, one on each line, as `CLUSTER_FILES`: never spliced into the command. */
  readonly files: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** How the verify command ended. */
export type Verification =
  | { readonly kind: "passed" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "timeout"; readonly message: string }
  | { readonly kind: "cancelled" };

/** How much of the output a message shows: its end says what failed. */
const SHOWN_BYTES = 4096;
/** How long output may still arrive after the command has ended. */
const DRAIN_MS = 100;

/**
 * Runs the verify command in a process group of its own. It has ended when its shell has; whatever it
 * left in the background is ended too.
 * @throws what the operating system says when there is no `sh`.
 */
export async function runVerify(request: VerifyRequest): Promise<Verification> {
  const { command, files, cwd, timeoutMs, signal, clock } = request;
  if (signal.aborted) return { kind: "cancelled" };
  const child = spawn("sh", ["-c", command, "verify", ...files], {
    cwd,
    env: verifyEnvironment(process.env, files),
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

  let ended: "timeout" | "cancelled" | null = null;
  const end = (why: "timeout" | "cancelled"): void => {
    ended ??= why;
    killGroup(child.pid);
  };
  const onAbort = (): void => end("cancelled");
  signal.addEventListener("abort", onAbort, { once: true });
  const cancelTimer = clock.after(timeoutMs, () => end("timeout"));
  try {
    const [code, killedBy] = await new Promise<[number | null, string | null]>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (...how) => resolve(how));
      },
    );
    killGroup(child.pid);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
    if (ended === "cancelled") return { kind: "cancelled" };
    const said = output.toString("utf8").trim();
    const tail = said === "" ? "" : `\n${said}`;
    if (ended === "timeout") {
      const message = `The verify command took longer than ${timeoutMs} ms and was ended.${tail}`;
      return { kind: "timeout", message };
    }
    if (code === 0) return { kind: "passed" };
    const how = code === null ? `was ended by ${killedBy}` : `exited with code ${code}`;
    return { kind: "refused", message: `The verify command ${how}.${tail}` };
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}
