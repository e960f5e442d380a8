import { type ClientConnection, client, RequestError } from "@agentclientprotocol/sdk";
import { abortable, ProtocolError, ToolFailure, type ToolProcess } from "@cluster/pool";
import { classify } from "../failures/classify.ts";
import type { AgentProfile } from "../profiles/profile.ts";
import { record } from "../proof/usage.ts";
import { agentStream } from "./agent-stream.ts";

type Values = Readonly<Record<string, unknown>>;

/** What an agent may call, and is told, in one session. */
export interface SessionDesk {
  onUpdate(update: Values): void;
  /** The prompt has its answer, which is told a moment later. */
  onAnswered(): void;
  /** Answers a request of the agent. @throws {RequestError} for the agent. */
  onRequest(method: string, params: Values): Promise<unknown>;
}

/** The requests of an agent that belong to a session. Every other one gets "method not found". */
const SESSION_REQUESTS = [
  "session/request_permission",
  "fs/read_text_file",
  "fs/write_text_file",
  "terminal/create",
  "terminal/output",
  "terminal/wait_for_exit",
  "terminal/kill",
  "terminal/release",
] as const;

/**
 * A request that no agent knows. The protocol keeps names with an underscore for extensions, and has an
 * agent answer those that are not its own with an error: without its model, and without an effect.
 */
const PING = "_cluster/ping";

/** One process of an agent: our requests to it, and its own to the sessions they belong to. */
export class AgentLink {
  readonly name: string;
  readonly #profile: AgentProfile;
  readonly #connection: ClientConnection;
  readonly #sessions = new Map<string, SessionDesk>();
  #strays: string[] = [];
  #answersPings = false;

  constructor(process: ToolProcess, name: string, profile: AgentProfile) {
    this.name = name;
    this.#profile = profile;
    const stream = agentStream(process, {
      // What belongs to no session, or to none that has a turn, is about no turn.
      onUpdate: (session, update) => this.#sessions.get(session)?.onUpdate(update),
      onPromptAnswered: (session) => this.#sessions.get(session)?.onAnswered(),
      onStray: (text) => {
        if (this.#strays.length < 3) this.#strays.push(text);
      },
    });
    const app = client({ name: "cluster" });
    for (const method of SESSION_REQUESTS) {
      app.onRequest(method, record, ({ params }) => this.#call(method, params) as never);
    }
    this.#connection = app.connect(stream);
  }

  /** Lines that were no messages, since the last time. */
  takeStrays(): readonly string[] {
    const strays = this.#strays;
    this.#strays = [];
    return strays;
  }

  /**
   * One request. Whatever the agent calls an error is a {@link ToolFailure}.
   * @throws {ToolFailure} for an error of the agent; ProtocolError for nonsense; any other error when
   * the process is gone.
   */
  async request(method: string, params: Values): Promise<Values> {
    try {
      return record(await this.#connection.agent.request<unknown, Values>(method, params));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { code, message, data } = error;
      const { failureClass, retryAfterMs, text } = classify(
        { code, message, data },
        this.#profile.failure,
      );
      throw new ToolFailure(failureClass, `${this.name} failed: ${text}`, {
        cause: error,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
  }

  /** Whether it has answered one: then silence means that it is dead. */
  get answersPings(): boolean {
    return this.#answersPings;
  }

  /**
   * Resolves when the agent has answered, whatever: it reads and writes. All that it had said before has
   * been heard by then.
   * @throws what `signal` carries; any other error when the process is gone
   */
  async ping(signal?: AbortSignal): Promise<void> {
    const answered = (): Promise<void> =>
      this.#connection.agent.request<unknown, Values>(PING, {}).then(
        () => {},
        (error: unknown) => {
          if (!(error instanceof RequestError)) throw error;
        },
      );
    await (signal === undefined ? answered() : abortable(signal, answered));
    this.#answersPings = true;
  }

  notify(method: string, params: Values): void {
    // A process that is gone need not be told.
    this.#connection.agent.notify<Values>(method, params).catch(() => {});
  }

  /** From now on the session's updates and requests go to its desk. */
  attach(session: string, desk: SessionDesk): void {
    if (this.#sessions.has(session)) {
      throw new ProtocolError(`${this.name} gave a new session the id of another: ${session}.`);
    }
    this.#sessions.set(session, desk);
  }

  detach(session: string): void {
    this.#sessions.delete(session);
  }

  async #call(method: string, params: Values): Promise<unknown> {
    const { sessionId } = params;
    const desk = typeof sessionId === "string" ? this.#sessions.get(sessionId) : undefined;
    if (desk === undefined) throw RequestError.sessionNotFound(String(sessionId));
    return desk.onRequest(method, params);
  }
}
