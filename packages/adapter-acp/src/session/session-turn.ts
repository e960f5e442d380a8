import { isAbsolute, relative, sep } from "node:path";
import { RequestError } from "@agentclientprotocol/sdk";
import type { ToolFailure, TurnContext, Usage } from "@cluster/pool";
import type { PermissionDesk } from "../permissions/permission-desk.ts";
import { type Subject, subjectSince } from "../permissions/subject.ts";
import type { AgentProfile } from "../profiles/profile.ts";
import { record } from "../proof/usage.ts";

type Values = Readonly<Record<string, unknown>>;

const EDITING = ["edit", "delete", "move"];
/** Of tool calls, and of the letters of their titles: whatever an agent tells, it fits into memory. */
const MAX_CALLS = 10_000;
const MAX_TITLE = 2_000;

/** What one prompt brings, while it is under way. */
export class SessionTurn {
  readonly context: TurnContext;
  readonly desk: PermissionDesk;
  /** Aborted when the turn is given up: by its caller, or by {@link refuse}. */
  readonly signal: AbortSignal;
  readonly #workspace: string;
  readonly #usageOf: AgentProfile["usageOfUpdate"];
  readonly #edits = new Set<string>();
  /** What is known of each tool call: an update has only what has changed. */
  readonly #calls = new Map<string, Subject>();
  /** What is being done for the agent and changes something. */
  readonly #deeds = new Set<Promise<unknown>>();
  readonly #refusal = new AbortController();
  #refused: ToolFailure | null = null;
  #answered = false;
  #reply = "";
  /** What the agent has told of it as it went. */
  usage: Usage | null = null;
  sessionMeta: Values = {};
  contextTokens: number | null = null;
  /** What the whole session has cost so far, in US dollars. */
  sessionCostUsd: number | null = null;

  constructor(
    workspace: string,
    context: TurnContext,
    desk: PermissionDesk,
    usageOfUpdate: AgentProfile["usageOfUpdate"],
  ) {
    this.#workspace = workspace;
    this.#usageOf = usageOfUpdate;
    this.context = context;
    this.desk = desk;
    this.signal = AbortSignal.any([context.signal, this.#refusal.signal]);
  }

  /** Why it was given up though its caller waits for it. */
  get refused(): ToolFailure | null {
    return this.#refused;
  }

  /** Its model refuses, and its agent would go on: whatever it ends as, this is why. */
  refuse(failure: ToolFailure): void {
    this.#refused = failure;
    this.#refusal.abort(failure);
  }

  get reply(): string {
    return this.#reply;
  }

  get edits(): readonly string[] {
    return [...this.#edits];
  }

  /** What the agent asks to be allowed, with what it has told of that call before. */
  subjectOf(toolCall: Values): Subject {
    return subjectSince(this.#calls.get(String(toolCall.toolCallId)), toolCall);
  }

  /**
   * Does something for the agent, unless the prompt has been answered or given up meanwhile: whoever
   * waited for the turn takes the workspace to be still.
   */
  async deed<T>(does: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    if (this.#answered) throw new RequestError(-32_600, "The prompt has been answered.");
    const doing = does();
    this.#deeds.add(doing);
    try {
      return await doing;
    } finally {
      this.#deeds.delete(doing);
    }
  }

  /** The prompt has its answer: nothing more is begun for it. */
  answered(): void {
    this.#answered = true;
  }

  /** Resolves when nothing is being done for it any more. */
  async still(): Promise<void> {
    this.#answered = true;
    await Promise.allSettled([...this.#deeds]);
  }

  /** The agent claims that it changed a file. */
  edited(path: string): void {
    const name = isAbsolute(path) ? relative(this.#workspace, path).split(sep).join("/") : path;
    if (this.#edits.has(name)) return;
    this.#edits.add(name);
    this.context.emit({ type: "edit", path: name });
  }

  update(update: Values): void {
    switch (update.sessionUpdate) {
      case "agent_message_chunk":
        this.#say(record(update.content).text);
        break;
      case "tool_call":
      case "tool_call_update":
        this.#call(update);
        break;
      case "usage_update":
        this.#use(update);
        break;
      case "session_info_update":
        this.sessionMeta = { ...this.sessionMeta, ...record(update._meta) };
        break;
    }
    this.#add(this.#usageOf?.(update) ?? null);
  }

  #say(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.#reply += text;
    this.context.emit({ type: "text", text });
  }

  #call(update: Values): void {
    const id = String(update.toolCallId);
    const known = this.#calls.get(id);
    const { title: whole, ...call } = subjectSince(known, update);
    const title = whole.slice(0, MAX_TITLE);
    this.#calls.set(id, { ...call, title, target: call.target?.slice(0, MAX_TITLE) ?? null });
    if (this.#calls.size > MAX_CALLS) this.#calls.delete(this.#calls.keys().next().value as string);
    if (known === undefined && title !== "") {
      this.context.emit({ type: "notice", level: "info", text: `${call.kind}: ${title}` });
    }
    if (update.status === "failed") {
      this.context.emit({ type: "notice", level: "warning", text: `Failed: ${title}` });
    }
    if (update.status !== "completed" || !EDITING.includes(call.kind)) return;
    for (const path of call.paths) this.edited(path);
  }

  #add(more: Usage | null): void {
    if (more === null) return;
    const { inputTokens, outputTokens } = this.usage ?? { inputTokens: 0, outputTokens: 0 };
    this.usage = {
      inputTokens: inputTokens + more.inputTokens,
      outputTokens: outputTokens + more.outputTokens,
    };
  }

  #use({ used, cost }: Values): void {
    if (typeof used === "number") this.contextTokens = used;
    const { amount, currency } = record(cost);
    if (typeof amount === "number" && currency === "USD") this.sessionCostUsd = amount;
  }
}
