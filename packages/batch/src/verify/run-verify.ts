import type { Clock } from "@cluster/manager";
import { runUserCommand } from "@cluster/workspace";

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

/** How much of the environment one variable may take; longer lists are in `"$@"` only. */
const LONGEST_LIST = 100_000;

/**
 * Runs the verify command in a process group of its own. It has ended when its shell has; whatever it
 * left in the background is ended too.
 * @throws what the operating system says when there is no `sh`.
 */
export async function runVerify(request: VerifyRequest): Promise<Verification> {
  const { command, files, cwd, timeoutMs, signal, clock } = request;
  const list = files.join("\n");
  const { kind, code, killedBy, output } = await runUserCommand({
    command,
    name: "verify",
    args: files,
    cwd,
    variables: list.length > LONGEST_LIST ? {} : { CLUSTER_FILES: list },
    timeoutMs,
    signal,
    after: (ms, callBack) => clock.after(ms, callBack),
  });
  if (kind === "cancelled") return { kind };
  const tail = output === "" ? "" : `\n${output}`;
  if (kind === "timeout") {
    const message = `The verify command took longer than ${timeoutMs} ms and was ended.${tail}`;
    return { kind, message };
  }
  if (code === 0) return { kind: "passed" };
  const how = code === null ? `was ended by ${killedBy}` : `exited with code ${code}`;
  return { kind: "refused", message: `The verify command ${how}.${tail}` };
}
