import type { ConnectionEvent, SignOfLife } from "./connection-event.ts";
import type { Answer, Question } from "./question.ts";

/** What proved that a turn had ended. `quiet` (silence for a while) is the weakest. */
export type EndSignal = "protocol" | "sentinel" | "prompt" | "quiet" | "exit";

/** What a connection gets with each request. */
export interface TurnContext {
  /** Aborted when the caller gives up or a deadline passes. Its reason says which. */
  readonly signal: AbortSignal;
  /** Reports progress. Every event also counts as activity for the idle deadline; a sign is nothing more. */
  emit(event: ConnectionEvent | SignOfLife): void;
  /** Puts a question of the tool to the caller's policy. */
  ask(question: Question): Promise<Answer>;
  /** Names what ended the turn. @default "protocol" ("exit" for a one-shot tool) */
  endedBy(signal: EndSignal): void;
}

/** What has come to its deadline: the start, a turn as a whole, or silence in a turn. */
export type Overdue = "start" | "turn" | "silence";

/** What opening a session needs. */
export interface SessionOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** One of several contexts in one process. Turns of different sessions may run at the same time. */
export interface ToolSession<Request = string, Result = string> {
  /** As {@link ToolConnection.run}: one turn at a time, and only {@link ToolFailure} leaves it fit. */
  run(request: Request, context: TurnContext): Promise<Result>;
  /** As {@link ToolConnection.interrupt}, of this session's turn alone. */
  interrupt?(): Promise<void>;
  /** Forgets all context. Without it the session is closed, and another one opened. */
  reset?(signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

/**
 * One adapter speaking with one process. The pool runs one turn at a time on it and owns the
 * process: a connection never kills it.
 */
export interface ToolConnection<Request = string, Result = string> {
  /** Resolves when the tool takes its first request. */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * What to do about something of the tool that took too long, in a sentence for people, as far as the
   * connection has seen what is wrong. It becomes part of the error's message.
   */
  hint?(of: Overdue): string | null;
  /**
   * One turn. Rejects with {@link ToolFailure} when the tool reports a failure and can take another
   * request; any other rejection makes the pool replace the process, whose state is then unknown.
   */
  run(request: Request, context: TurnContext): Promise<Result>;
  /** Opens one more context in the same process. Without it a connection has one context. */
  openSession?(options: SessionOptions): Promise<ToolSession<Request, Result>>;
  /** Forgets all context. Without it the process is replaced. */
  reset?(signal: AbortSignal): Promise<void>;
  /**
   * Stops the turn and keeps the process. Resolves when the protocol is in step again, after which
   * no byte of the stopped turn can reach the next one. Without it the process is replaced.
   */
  interrupt?(): Promise<void>;
  /** Proves between turns that the tool still answers. */
  ping?(signal: AbortSignal): Promise<void>;
  /** A polite goodbye, before any signal is sent. */
  close?(): Promise<void>;
}
