import { RequestError } from "@agentclientprotocol/sdk";
import {
  type AgentResult,
  type AgentTask,
  ToolFailure,
  type ToolSession,
  type TurnContext,
} from "@cluster/pool";
import type { WatchedTurn } from "../failures/refusal-watch.ts";
import { PermissionDesk } from "../permissions/permission-desk.ts";
import { record } from "../proof/usage.ts";
import { Terminals } from "../terminals/terminals.ts";
import type { AgentLink, SessionDesk } from "../wire/agent-link.ts";
import { answerCall } from "./agent-calls.ts";
import { conclude } from "./conclude.ts";
import { instructionsOf } from "./instructions.ts";
import { promptOf } from "./prompt.ts";
import type { SessionSettings } from "./session-settings.ts";
import { SessionTurn } from "./session-turn.ts";
import { chooseMode, chooseModel, nameSession } from "./setup.ts";
import { TurnIds } from "./turn-ids.ts";

type Values = Readonly<Record<string, unknown>>;

/** What an agent has to tell only where its model answers. */
const FROM_MODEL: ReadonlySet<string> = new Set([
  "agent_message_chunk",
  "agent_thought_chunk",
  "tool_call",
  "tool_call_update",
]);

/** A session of the agent, as the protocol knows it. */
interface OpenSession {
  readonly id: string;
  readonly cwd: string;
  readonly answer: Values;
  readonly terminals: Terminals;
  readonly ids: TurnIds;
  /** Whether it has had a turn. */
  used: boolean;
  /** The mode that it is to be in; null leaves it alone. */
  readonly mode: string | null;
  /** Whether its agent has left that mode since. */
  strayed: boolean;
  model: string | null;
  /** US dollars, all in all. */
  costUsd: number;
}

/** One context in an agent's process. Prompts on it follow one another, whoever sends them. */
export class AgentSession implements ToolSession<AgentTask, AgentResult>, SessionDesk {
  readonly #link: AgentLink;
  readonly #settings: SessionSettings;
  readonly #cwd: string;
  #open: OpenSession | null = null;
  #turn: SessionTurn | null = null;
  #watched: WatchedTurn | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: AgentLink, settings: SessionSettings, cwd: string) {
    this.#link = link;
    this.#settings = settings;
    this.#cwd = cwd;
  }

  /** Opens it ahead of its first turn: an agent that wants a log-in says so here. */
  async open(): Promise<void> {
    await this.#opened(this.#cwd).catch((error: unknown) => this.#advised(error));
  }

  run(task: AgentTask, context: TurnContext): Promise<AgentResult> {
    const turn = this.#last
      .then(() => this.#run(task, context))
      .catch((error: unknown) => this.#advised(error));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * The agent answers a cancelled prompt; until it has, the session is not in step. Its commands end too:
   * they would go on writing, and an agent may wait for one.
   */
  async interrupt(): Promise<void> {
    const open = this.#open;
    if (this.#turn !== null && open !== null) {
      this.#link.notify("session/cancel", { sessionId: open.id });
    }
    await Promise.all([this.#last, open?.terminals.end()]);
    // One may have been about to begin.
    await open?.terminals.end();
  }

  /**
   * Forgets all context. The next session is opened with the next turn: an agent looks at its folder when
   * a session begins, and what lies there now is the work of the task that has ended.
   */
  async reset(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    this.#link.detach(open.id);
    await open.terminals.close();
    if (this.#settings.canClose()) {
      // It is forgotten in any case.
      await this.#link.request("session/close", { sessionId: open.id }).catch(() => {});
    }
  }

  /** Its process goes: nothing that it has had us run stays. */
  async end(): Promise<void> {
    await this.#open?.terminals.close();
  }

  onUpdate(update: Values): void {
    const open = this.#open;
    if (open !== null && update.sessionUpdate === "current_mode_update") {
      open.strayed = open.mode !== null && update.currentModeId !== open.mode;
    }
    if (this.#open?.ids.isLate(update) !== true) {
      this.#turn?.update(update);
      if (FROM_MODEL.has(String(update.sessionUpdate))) this.#watched?.heard();
    }
    // Whatever it is, the agent is at work.
    this.#turn?.context.emit({ type: "sign" });
  }

  onAnswered(): void {
    this.#turn?.answered();
    this.#turn = null;
  }

  async onRequest(method: string, params: Values): Promise<unknown> {
    const turn = this.#turn;
    const open = this.#open;
    if (turn === null || open === null) {
      throw new RequestError(-32_600, "There is no prompt under way in this session.");
    }
    const { cwd, terminals, ids } = open;
    if (method === "session/request_permission" && ids.isLateQuestion(record(params.toolCall))) {
      // The prompt that it was a part of is over.
      return { outcome: { outcome: "cancelled" } };
    }
    return answerCall(method, params, { turn, workspace: cwd, terminals });
  }

  async #run(task: AgentTask, context: TurnContext): Promise<AgentResult> {
    const { profile, name, policy, permissions } = this.#settings;
    const text = promptOf(task);
    const cwd = task.workspace ?? this.#cwd;
    context.signal.throwIfAborted();
    const open = await this.#opened(cwd);
    if (open.strayed && open.mode !== null) {
      await chooseMode(this.#link, open, open.mode, name);
      open.strayed = false;
    }
    const model = task.model ?? this.#settings.model;
    if (model !== null && model !== open.model) {
      await chooseModel(this.#link, open, model);
      open.model = model;
    }
    const told = open.used ? [] : await instructionsOf(cwd, this.#settings.instructions);
    // What it has said since its last answer is heard now, and is no part of the turn.
    if (open.used && this.#link.answersPings) await this.#link.ping();
    // Given up meanwhile: nothing has been sent.
    if (context.signal.aborted) throw new ToolFailure("refused", "The turn was cancelled.");
    for (const stray of this.#link.takeStrays()) {
      context.emit({ type: "notice", level: "warning", text: `${name} printed: ${stray}` });
    }
    const allowed = { ...permissions, ...task.permissions };
    const desk = new PermissionDesk(cwd, policy, allowed, context);
    const turn = new SessionTurn(cwd, context, desk, profile.usageOfUpdate);
    open.used = true;
    open.ids.next();
    this.#turn = turn;
    const watched = this.#settings.refusals.turn((failure) => {
      // It has been answered since.
      if (this.#turn !== turn) return;
      turn.refuse(failure);
      this.#link.notify("session/cancel", { sessionId: open.id });
      void open.terminals.end();
    });
    this.#watched = watched;
    try {
      const prompt = [...told, text].map((words) => ({ type: "text", text: words }));
      const answer = await this.#link
        .request("session/prompt", { sessionId: open.id, prompt })
        .catch((error: unknown) => {
          throw turn.refused !== null && error instanceof ToolFailure ? turn.refused : error;
        })
        .finally(() => turn.still());
      // Some call a prompt that was cancelled a normal end.
      if (turn.refused !== null) throw turn.refused;
      for (const update of open.ids.takeHeld()) turn.update(update);
      return conclude(answer, turn, profile, name, open.costUsd);
    } finally {
      watched.end();
      this.#turn = null;
      this.#watched = null;
      open.costUsd = turn.sessionCostUsd ?? open.costUsd;
    }
  }

  /** An agent says that nobody is logged in, and seldom how to. */
  async #advised(error: unknown): Promise<never> {
    if (!(error instanceof ToolFailure) || error.failureClass !== "auth") throw error;
    const advice = await this.#settings.refusedLogin();
    if (advice === null) throw error;
    const { message, cause, retryAfterMs } = error;
    throw new ToolFailure("auth", `${message.replace(/[.\s]*$/, ".")} ${advice}`, {
      cause,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  /** Some agents use a key of their environment only when they are told to. */
  async #opensSession(cwd: string): Promise<Values> {
    const { loginMethod: methodId } = this.#settings;
    const open = (): Promise<Values> => this.#link.request("session/new", { cwd, mcpServers: [] });
    try {
      return await open();
    } catch (error) {
      const wantsLogin = error instanceof ToolFailure && error.failureClass === "auth";
      if (!wantsLogin || methodId === null) throw error;
      await this.#link.request("authenticate", { methodId });
      return await open();
    }
  }

  /** The present session, or a new one where there is none for this folder. */
  async #opened(cwd: string): Promise<OpenSession> {
    if (this.#open !== null && this.#open.cwd === cwd) return this.#open;
    await this.close();
    const { profile, name } = this.#settings;
    const answer = await this.#opensSession(cwd);
    const { sessionId } = answer;
    if (typeof sessionId !== "string") {
      throw new ToolFailure("protocol", `${name} opened a session and gave it no id.`);
    }
    this.#link.attach(sessionId, this);
    const mode = this.#settings.mode === undefined ? (profile.mode ?? null) : this.#settings.mode;
    const open: OpenSession = {
      id: sessionId,
      cwd,
      answer: record(answer),
      terminals: new Terminals(cwd, this.#settings.terminalEnvironment),
      ids: new TurnIds(),
      used: false,
      mode,
      strayed: false,
      model: this.#settings.startedWith,
      costUsd: 0,
    };
    this.#open = open;
    try {
      if (mode !== null) await chooseMode(this.#link, open, mode, name);
      if (profile.naming !== undefined) await nameSession(this.#link, open, profile.naming);
    } catch (error) {
      // In the mode that it began with, the agent may never ask: nothing is to be done in it.
      await this.close();
      throw error;
    }
    return open;
  }
}
