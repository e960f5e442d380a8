import { closeSync, constants, openSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as system } from "node:os";
import type { Exit, ProcessSpec } from "../../contract/process-host.ts";
import { kill } from "../living-groups.ts";

export const PACKAGE = "@lydell/node-pty";

/**
 * What node-pty is made of. Its public `spawn` loses output at the exit (microsoft/node-pty#726: a read
 * that meets the hang-up is taken for the last one), tells an exit 200 ms late while it is being read,
 * and knows no backpressure on input.
 */
interface Binding {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (code: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number; readonly pty: string };
}

/** A process whose terminal it is, with both ends of the terminal. */
export interface ForkedTerminal {
  readonly pid: number;
  readonly master: number;
  /** Held open, so that nothing hangs up before all is read. */
  readonly slave: number;
}

let loaded: { readonly binding: Binding; readonly helper: string } | null = null;

/**
 * Loads the optional peer dependency, once.
 * @throws {Error} MODULE_NOT_FOUND, or what it says of a platform without a binary.
 */
export function loadBinding(): { readonly binding: Binding; readonly helper: string } {
  if (loaded !== null) return loaded;
  const inside = createRequire(createRequire(import.meta.url).resolve(PACKAGE));
  const folder = `${PACKAGE}-${process.platform}-${process.arch}`;
  loaded = {
    binding: inside(`${folder}/pty.node`) as Binding,
    // macOS starts processes by way of a program of its own.
    helper: process.platform === "darwin" ? inside.resolve(`${folder}/spawn-helper`) : "",
  };
  return loaded;
}

/** What the terminal is like. */
export interface TerminalShape {
  readonly columns: number;
  readonly rows: number;
  /** Arguments of stty. */
  readonly modes: readonly string[];
}

/** What a terminal says first, when its modes are set. */
export const PREPARED = 1;

/**
 * Sets the terminal's modes before the tool can look at them, says so, and becomes the tool. The path of
 * stty is the system's, whatever the tool's own PATH is. No text becomes a command: all are arguments.
 */
const WRAPPER = `PATH=/usr/bin:/bin stty $1 && shift && printf '\\00${PREPARED}' && exec "$@"`;

export function forkTerminal(
  spec: ProcessSpec,
  shape: TerminalShape,
  onExit: (exit: Exit) => void,
): ForkedTerminal {
  const { binding, helper } = loadBinding();
  const { fd, pid, pty } = forked(() =>
    binding.fork(
      "/bin/sh",
      ["-c", WRAPPER, "sh", shape.modes.join(" "), spec.file, ...spec.args],
      Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
      spec.cwd,
      shape.columns,
      shape.rows,
      -1,
      -1,
      true,
      helper,
      (code, signal) => onExit(toExit(code, signal)),
    ),
  );
  try {
    // In the same breath as the fork: nothing has been read yet, so no hang-up has been seen.
    return { pid, master: fd, slave: openSync(pty, constants.O_RDWR | constants.O_NOCTTY) };
  } catch (error) {
    kill(-pid, "SIGKILL");
    closeSync(fd);
    throw error;
  }
}

/** The binding says no more than that it failed; descriptors and terminals are what it lacks first. */
function forked(fork: () => ReturnType<Binding["fork"]>): ReturnType<Binding["fork"]> {
  try {
    return fork();
  } catch (error) {
    const { code } = lackOfTerminals() ?? {};
    throw code === undefined ? error : Object.assign(error as Error, { code });
  }
}

/** A terminal and its process take three while they come to life. */
function lackOfTerminals(): NodeJS.ErrnoException | null {
  const taken: number[] = [];
  try {
    while (taken.length < 3)
      taken.push(openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY));
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
  }
}

const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(system.signals).map(([name, number]) => [number, name]),
);

function toExit(code: number, signal: number): Exit {
  if (signal === 0) return { kind: "code", code };
  return { kind: "signal", signal: SIGNALS.get(signal) ?? String(signal) };
}
