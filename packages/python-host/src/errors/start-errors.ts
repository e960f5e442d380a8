import { closeSync, openSync } from "node:fs";
import { describeExit, type Exit, ProcessStartError } from "@cluster/pool";
import type { Message } from "../reception/json-channel.ts";

/** Why a Python program could not be started, with the errno of the system that stands for it. */
export class PythonFailure extends Error {
  override readonly name = "PythonFailure";
  /** As an error of `child_process.spawn` has it; some of them tell that another try would fail too. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error of a start: "Could not start mytool:main with python3: its warm-up failed.\n…" */
export function startError(what: string, cause: PythonFailure): ProcessStartError {
  return new ProcessStartError(`Could not start ${what}: ${cause.message}`, { cause });
}

/** What a Python process reports before it ends. */
export function reportedFailure(message: Message, log: string): PythonFailure {
  const { message: reason, code, traceback } = message as Readonly<Record<string, unknown>>;
  const details = typeof traceback === "string" && traceback !== "" ? traceback : log;
  return new PythonFailure(
    `${String(reason)}.${details === "" ? "" : `\n${details}`}`,
    typeof code === "string" ? code : undefined,
  );
}

/** A process that ended before it was one of ours: not a Python, too old a one, a broken one. */
export function notPython(exit: Exit, log: string): PythonFailure {
  const code = /MemoryError|Cannot allocate memory/.test(log) ? "ENOMEM" : "ENOEXEC";
  return new PythonFailure(
    `it ${describeExit(exit)} before it had read the first file. Is it Python, 3.9 or newer? ${quoteLog(log)}`,
    exit.kind === "code" ? code : undefined,
  );
}

/** One that ended in its imports, its warm-up or between its starts. */
export function endedEarly(exit: Exit, when: string, log: string): PythonFailure {
  return new PythonFailure(`it ${describeExit(exit)} ${when}. ${quoteLog(log)}`, undefined);
}

/**
 * A forked one that ended unasked, or whose connections this program could not take.
 *
 * @param connections How many it needs.
 */
export function endedBeforeItsStart(exit: Exit, connections: number): PythonFailure {
  const taken: number[] = [];
  try {
    while (taken.length < connections) taken.push(openSync("/dev/null", "r"));
  } catch (error) {
    return unlaunched(error as Error);
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
  }
  return endedEarly(exit, "before its start", "");
}

export function tooSlow(limitMs: number, log: string): PythonFailure {
  return new PythonFailure(
    `its imports and its warm-up did not end within ${limitMs} ms. If they need longer, raise ` +
      `startTimeoutMs. ${quoteLog(log)}`,
    undefined,
  );
}

function quoteLog(log: string): string {
  return log === "" ? "It printed nothing." : `Its output ended with:\n${log}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file. Check the path, or install Python",
  EACCES: "it may not be executed. Check its permissions",
  ENOEXEC: "it is not in a format that this machine can execute",
  E2BIG: "its arguments and environment are too long",
  EMFILE: "this process has no file descriptors left. Raise `ulimit -n` or use fewer instances",
  ENFILE: "the machine has no file descriptors left",
  EAGAIN: "the machine allows no more processes",
  ENOMEM: "the machine has no memory left",
};

/** The operating system refused to start or to fork it. */
export function unlaunched(error: Error & { readonly code?: unknown }): PythonFailure {
  const code = typeof error.code === "string" ? error.code : undefined;
  return new PythonFailure(`${REASONS[code ?? ""] ?? error.message}.`, code, { cause: error });
}
