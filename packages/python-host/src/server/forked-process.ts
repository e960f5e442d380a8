import type { Socket } from "node:net";
import { constants } from "node:os";
import type { Exit, SignalTarget, ToolProcess } from "@cluster/pool";
import { endedEarly, PythonFailure, reportedFailure } from "../errors/start-errors.ts";
import { privateMemory } from "../process/private-memory.ts";
import type { JsonChannel, Message } from "../reception/json-channel.ts";

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, n]) => [n, name]));

/** How a forked process speaks with its server. */
export interface ServerLink {
  /** The process is at work, and keeps this program alive. */
  entered(process: ForkedProcess): void;
  /** Sends a signal to what an ended process has left behind. */
  sweep(id: number, signal: NodeJS.Signals): void;
  /** No signal will be sent to an ended process any more: its pid may be used again. */
  reap(id: number): void;
}

/** What makes a spare a process of its own. */
export interface ForkedStart {
  readonly args: readonly string[];
  readonly cwd: string;
  /** The variables that its server was started without. */
  readonly late: Readonly<Record<string, string>>;
}

/** Its streams, and the channel that it hears its start on. */
export interface ForkedStreams {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  readonly control: JsonChannel;
}

/** One process that was forked: a spare until it is bound to a start, then a process of a tool. */
export class ForkedProcess {
  readonly id: number;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #streams: ForkedStreams;
  readonly #link: ServerLink;
  readonly #exit = Promise.withResolvers<Exit>();
  #ended = false;
  /** How many processes it has left behind. */
  #left = 0;

  constructor(id: number, pid: number, streams: ForkedStreams, link: ServerLink) {
    this.id = id;
    this.pid = pid;
    this.exited = this.#exit.promise;
    this.#streams = streams;
    this.#link = link;
    for (const stream of [streams.stdin, streams.stdout, streams.stderr]) {
      // How it ended is told by its exit; a write that fails has a callback.
      stream.on("error", () => {});
      // A spare keeps nobody alive.
      stream.unref();
    }
    streams.control.unref();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Gives a spare its start, and resolves when it runs its entry.
   * @throws {PythonFailure} when it cannot take it on.
   */
  async bind(start: ForkedStart): Promise<ToolProcess> {
    const { control, stdin, stdout, stderr } = this.#streams;
    const outcome = Promise.withResolvers<void>();
    control.onMessage = (message) => {
      if (message.type === "entering") outcome.resolve();
      if (message.type === "failed") outcome.reject(reportedFailure(message, ""));
    };
    control.onClose = async () => outcome.reject(endedAtItsStart(await this.exited));
    control.send({ type: "start", ...start });
    await outcome.promise;
    this.#link.entered(this);
    for (const stream of [stdin, stdout, stderr]) stream.ref();
    return this.#asToolProcess();
  }

  /** Told by the server, which keeps the pid until it is told to reap. */
  onExited(exit: Exit, left: number): void {
    this.#ended = true;
    this.#left = left;
    this.#streams.stdin.destroy();
    this.#exit.resolve(exit);
    if (left === 0) this.#link.reap(this.id);
  }

  onLeft(left: number): void {
    this.#left = left;
    if (left === 0) this.#link.reap(this.id);
  }

  /** Its server is gone, and so is the process. */
  onLost(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#left = 0;
    this.#streams.stdin.destroy();
    this.#exit.resolve({ kind: "unknown", reason });
  }

  /** Safe as long as the server keeps the pid of an ended process for us. */
  kill(signal: NodeJS.Signals, target: SignalTarget): boolean {
    if (!this.#ended) return sendSignal(target === "group" ? -this.pid : this.pid, signal);
    if (target === "process" || this.#left === 0) return false;
    this.#link.sweep(this.id, signal);
    return true;
  }

  /** Ends a spare, or one whose start was given up. */
  discard(): void {
    this.kill("SIGKILL", "group");
    const { stdin, stdout, stderr, control } = this.#streams;
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    control.close();
  }

  #asToolProcess(): ToolProcess {
    const { stdin, stdout, stderr } = this.#streams;
    // The end of its output is the end of that connection; that of its input is told by `end`.
    for (const stream of [stdout, stderr]) stream.allowHalfOpen = false;
    return {
      pid: this.pid,
      stdin,
      stdout,
      stderr,
      endInput: () => {
        stdin.end();
      },
      exited: this.exited,
      kill: (signal, target) => this.kill(signal, target),
      memory: async () => (this.#ended ? null : privateMemory(this.pid)),
    };
  }
}

function endedAtItsStart(exit: Exit): PythonFailure {
  if (exit.kind === "unknown") return new PythonFailure(`${exit.reason}.`, undefined);
  return endedEarly(exit, "at its start", "");
}

/** In the words of a child process. */
export function toExit(message: Message): Exit {
  if (typeof message.code === "number") return { kind: "code", code: message.code };
  const number = message.signal as number;
  return { kind: "signal", signal: SIGNAL_NAMES.get(number) ?? `SIG${number}` };
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
