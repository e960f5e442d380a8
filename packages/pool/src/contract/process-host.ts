import type { Readable, Writable } from "node:stream";

/** What to start: an executable and its arguments, never a shell string. */
export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  /** An absolute path. */
  readonly cwd: string;
  /** The whole environment of the process: nothing is inherited behind its back. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a process ended. `unknown` is for hosts that may lose sight of it. */
export type Exit =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** Whom a signal is for: the process alone, or everything in its process group. */
export type SignalTarget = "process" | "group";

/** One running process of a tool. Its streams carry bytes; decoding is the connection's work. */
export interface ToolProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** `null` where the host has one stream for both, as a terminal has. */
  readonly stderr: Readable | null;
  /** Says that no more input comes. */
  endInput(): void;
  /** Resolves once, when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** Sends a signal. Returns false when there was nobody left to receive it. */
  kill(signal: NodeJS.Signals, target: SignalTarget): boolean;
  /**
   * Bytes of memory that the process shares with no other one; `null` when that cannot be told (any
   * more). Absent: the pool asks the operating system for `pid`.
   */
  memory?(): Promise<number | null>;
}

/** Where and how processes come to life: child processes, a terminal, a fork server, a container. */
export interface ProcessHost {
  /**
   * Starts one process and resolves when the operating system has accepted it.
   * @throws {ProcessStartError} when it cannot be started.
   */
  start(spec: ProcessSpec, signal: AbortSignal): Promise<ToolProcess>;
  /**
   * Frees what the host itself holds. Its processes have been ended before. Whoever made the host
   * calls it: the pool for what a {@link ToolAdapter.host} function gave it, otherwise the caller.
   */
  dispose(): Promise<void>;
}
