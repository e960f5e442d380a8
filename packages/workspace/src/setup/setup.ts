import { runUserCommand } from "../command/run-user-command.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";

/** What makes a new worktree fit for work, such as an install. */
export interface Setup {
  /** The user's own command line, for `sh -c` in the worktree. */
  readonly command: string;
  /** How long it may take, in milliseconds; `Infinity`: as long as it likes. @default 600_000 */
  readonly timeoutMs?: number;
}

/** Where a setup runs, and when it is given up. */
export interface SetupPlace {
  readonly worktree: string;
  /** The instance that works there. */
  readonly index: number;
  /** The root of the user's own work tree. */
  readonly root: string;
  readonly signal: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 600_000;

/** @throws {WorkspaceError} OPTION_INVALID */
export function checkSetup(setup: Setup | undefined): Required<Setup> | null {
  if (setup === undefined) return null;
  const { command, timeoutMs = DEFAULT_TIMEOUT_MS } = setup;
  if (typeof command !== "string" || command.trim() === "") {
    throw new WorkspaceError(
      "OPTION_INVALID",
      `Expected setup.command to be a command line, found ${JSON.stringify(command)}.`,
    );
  }
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0)) {
    throw new WorkspaceError(
      "OPTION_INVALID",
      `Expected setup.timeoutMs to be a number of milliseconds above 0, found ${String(timeoutMs)}.`,
    );
  }
  return { command, timeoutMs };
}

/**
 * Runs the setup command in a worktree.
 * @throws {WorkspaceError} SETUP_FAILED with what it printed; the signal's reason when that is aborted
 */
export async function runSetup(setup: Required<Setup>, place: SetupPlace): Promise<void> {
  const { command, timeoutMs } = setup;
  const { worktree, index, root, signal } = place;
  signal.throwIfAborted();
  const { kind, code, killedBy, output } = await runUserCommand({
    command,
    name: "setup",
    cwd: worktree,
    variables: { CLUSTER_ROOT: root, CLUSTER_INSTANCE: String(index) },
    timeoutMs,
    signal,
  });
  if (kind === "cancelled") signal.throwIfAborted();
  if (kind === "exited" && code === 0) return;
  const exited = code === null ? `was ended by ${killedBy}` : `exited with code ${code}`;
  const how = kind === "timeout" ? `took longer than ${timeoutMs} ms and was ended` : exited;
  const said = output === "" ? "It printed nothing." : `It printed:\n${output}`;
  throw new WorkspaceError(
    "SETUP_FAILED",
    `The setup command ${how}: ${command}\nEach worktree needs it to succeed before its first task. ` +
      `It runs in a clean checkout; $CLUSTER_ROOT is your own. ${said}`,
  );
}
