import type { ProcessHost } from "../contract/process-host.ts";
import { ProcessStartError } from "../errors/turn-errors.ts";
import { invalidOption } from "../pool/option-checks.ts";
import { explainStartFailure } from "./start-failure.ts";
import { checkCommand } from "./terminal/check-command.ts";
import { loadBinding, PACKAGE } from "./terminal/fork-terminal.ts";
import { TerminalProcess } from "./terminal/terminal-process.ts";

/** What the terminals of {@link ptyHost} are like. */
export interface PtyHostOptions {
  /**
   * Wide enough that tools do not wrap what is meant as one line, and not so wide that a rule or a
   * progress bar that fills the line floods the answer. @default 1000
   */
  readonly columns?: number;
  /** High enough that tools do not stop after a screen. @default 200 */
  readonly rows?: number;
  /**
   * TERM, whatever the command's environment says: a program reads this terminal, and most tools leave
   * colours, cursor movements and bracketed paste away on a `"dumb"` one. @default "dumb"
   */
  readonly term?: string;
  /**
   * Whether the terminal edits lines, as it does for a person: control characters act (^C interrupts, ^D
   * ends), a carriage return becomes a line end, and a line may have 4095 bytes; writing a longer one
   * fails with EMSGSIZE. Without it every byte passes as it is. @default false
   */
  readonly lineEditing?: boolean;
  /** Whether the terminal prints what is typed. @default false */
  readonly echo?: boolean;
}

/**
 * Starts each process on a terminal of its own, for tools that want one. Needs the package
 * `@lydell/node-pty`, which is loaded with the first start.
 *
 * There is no stderr: a terminal has one stream for both. Each process leads a session; a signal for
 * its group reaches that group, SIGKILL the whole session, and SIGINT for the process what a shell has in the
 * foreground (both on Linux). When this program dies the
 * terminals hang up, and the tools get SIGHUP. The shell that prepares the terminal adds PWD to the
 * environment, and may drop variables whose names are not letters, digits and underscores.
 *
 * Its `start` rejects with {@link ProcessStartError}, for good when the package is not installed.
 *
 * @throws {PoolError} OPTION_INVALID
 */
export function ptyHost(options: PtyHostOptions = {}): ProcessHost {
  const { columns = 1000, rows = 200, term = "dumb", lineEditing = false, echo = false } = options;
  for (const [name, value] of Object.entries({ columns, rows })) {
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      throw invalidOption(`ptyHost: ${name}`, "expected a whole number from 1 to 65535", value);
    }
  }
  for (const [name, value] of Object.entries({ lineEditing, echo })) {
    if (typeof value !== "boolean") {
      throw invalidOption(`ptyHost: ${name}`, "expected true or false", value);
    }
  }
  if (typeof term !== "string" || term === "") {
    throw invalidOption("ptyHost: term", "expected the name of a terminal, such as dumb", term);
  }
  const modes = [lineEditing ? "-opost" : "raw", echo ? "echo" : "-echo"];
  // Otherwise it would print ^J for a line end.
  if (!lineEditing) modes.push("-echoctl");
  return {
    async start(spec, signal) {
      signal.throwIfAborted();
      checkInstalled();
      try {
        await checkCommand(spec);
        signal.throwIfAborted();
        const withTerm = { ...spec, env: { ...spec.env, TERM: term } };
        const process = new TerminalProcess(withTerm, { columns, rows, modes }, lineEditing);
        await process.whenPrepared(signal);
        return process;
      } catch (error) {
        signal.throwIfAborted();
        throw await explainStartFailure(spec, error);
      }
    },
    async dispose() {},
  };
}

function checkInstalled(): void {
  try {
    loadBinding();
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND";
    throw new ProcessStartError(
      missing
        ? `ptyHost needs the package ${PACKAGE}, with its binary for ${process.platform}-` +
            `${process.arch}, and found none. Install it beside @cluster/pool: npm install ${PACKAGE}`
        : `ptyHost could not load ${PACKAGE}: ${(cause as Error).message}`,
      { cause },
    );
  }
}
