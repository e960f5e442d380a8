import type {
  Overdue,
  SessionOptions,
  ToolConnection,
  ToolSession,
  TurnContext,
} from "../contract/tool-connection.ts";
import { ToolFailure } from "../errors/turn-errors.ts";
import type { SessionProcess, SessionWork } from "./session-process.ts";

/** Speaks with one session of a shared process as with a process of its own. */
export class SessionConnection<Request, Result>
  implements ToolConnection<Request, Result>, SessionWork
{
  /** Absent where the connection has none. */
  ping?: (signal: AbortSignal) => Promise<void>;
  readonly #process: SessionProcess<Request, Result>;
  readonly #tool: string;
  readonly #cwd: string;
  #session: ToolSession<Request, Result> | null = null;
  #turn: Promise<unknown> | null = null;

  constructor(process: SessionProcess<Request, Result>, tool: string, cwd: string) {
    this.#process = process;
    this.#tool = tool;
    this.#cwd = cwd;
    process.work = this;
  }

  get busy(): boolean {
    return this.#turn !== null;
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#open(signal);
    const { shared } = this.#process;
    const connection = await shared.ready;
    if (connection.ping === undefined) return;
    this.ping = async (giveUp) => {
      // The turn of another session will show whether it lives, and may keep it busy.
      if (!shared.busy) await connection.ping?.(giveUp);
    };
  }

  hint(of: Overdue): string | null {
    return this.#process.shared.hint(of);
  }

  async openSession(options: SessionOptions): Promise<ToolSession<Request, Result>> {
    const connection = await this.#process.shared.ready;
    if (connection.openSession === undefined) {
      throw new ToolFailure(
        "environment",
        `${this.#tool} has no sessions: its connection has no openSession. Leave sessionsPerProcess at 1.`,
      );
    }
    return connection.openSession(options);
  }

  async run(request: Request, context: TurnContext): Promise<Result> {
    const session = this.#opened();
    this.#process.shared.turnBegins();
    const turn = session.run(request, this.#heard(context));
    const settled = turn.catch(() => {});
    this.#turn = settled;
    try {
      return await turn;
    } catch (error) {
      // Its state is unknown, and another session would be no better off.
      if (!(error instanceof ToolFailure || context.signal.aborted)) {
        this.#process.shared.takeNoMore();
      }
      throw error;
    } finally {
      if (this.#turn === settled) this.#turn = null;
    }
  }

  async interrupt(): Promise<void> {
    const session = this.#opened();
    if (session.interrupt === undefined) throw new Error("The session cannot be interrupted.");
    await session.interrupt();
    await this.#turn;
  }

  async reset(signal: AbortSignal): Promise<void> {
    const session = this.#opened();
    if (session.reset !== undefined) {
      await session.reset(signal);
      return;
    }
    await session.close?.();
    await this.#open(signal);
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close?.();
  }

  async #open(signal: AbortSignal): Promise<void> {
    try {
      this.#session = await this.openSession({ cwd: this.#cwd, signal });
    } catch (error) {
      // The next try is on another process, as it would be without sharing.
      this.#process.shared.takeNoMore();
      throw error;
    }
  }

  #opened(): ToolSession<Request, Result> {
    if (this.#session === null) throw new Error("The session is not open.");
    return this.#session;
  }

  /** What it says is the output of its process. */
  #heard(context: TurnContext): TurnContext {
    const process = this.#process;
    const { emit, ask, endedBy } = context;
    return {
      get signal() {
        return context.signal;
      },
      emit(event) {
        if (event.type === "text") process.say(event.text);
        emit.call(context, event);
      },
      ask: (question) => ask.call(context, question),
      endedBy: (signal) => endedBy.call(context, signal),
    };
  }
}
