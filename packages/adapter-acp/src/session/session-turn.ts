import { isAbsolute, relative, sep } from "node:path";
import type { TurnContext } from "@cluster/pool";
import type { PermissionDesk } from "../permissions/permission-desk.ts";
import { subjectOf } from "../permissions/subject.ts";
import { record } from "../proof/usage.ts";

type Values = Readonly<Record<string, unknown>>;

const EDITING = ["edit", "delete", "move"];

/** What one prompt brings, while it is under way. */
export class SessionTurn {
  readonly context: TurnContext;
  readonly desk: PermissionDesk;
  readonly #workspace: string;
  readonly #edits = new Set<string>();
  /** What is known of each tool call: an update has only what has changed. */
  readonly #calls = new Map<string, Values>();
  #reply = "";
  sessionMeta: Values = {};
  contextTokens: number | null = null;
  /** What the whole session has cost so far, in US dollars. */
  sessionCostUsd: number | null = null;

  constructor(workspace: string, context: TurnContext, desk: PermissionDesk) {
    this.#workspace = workspace;
    this.context = context;
    this.desk = desk;
  }

  get reply(): string {
    return this.#reply;
  }

  get edits(): readonly string[] {
    return [...this.#edits];
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
    // Whatever it is, the agent is at work.
    this.context.emit({ type: "sign" });
  }

  #say(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.#reply += text;
    this.context.emit({ type: "text", text });
  }

  #call(update: Values): void {
    const id = String(update.toolCallId);
    const known = this.#calls.get(id);
    const present = Object.entries(update).filter(([, value]) => value !== null);
    const call = { ...known, ...Object.fromEntries(present) } as Values;
    this.#calls.set(id, call);
    const { kind, title, paths } = subjectOf(call);
    if (known === undefined && title !== "") {
      this.context.emit({ type: "notice", level: "info", text: `${kind}: ${title}` });
    }
    if (update.status === "failed") {
      this.context.emit({ type: "notice", level: "warning", text: `Failed: ${title}` });
    }
    if (update.status !== "completed" || !EDITING.includes(kind)) return;
    for (const path of paths) this.edited(path);
  }

  #use({ used, cost }: Values): void {
    if (typeof used === "number") this.contextTokens = used;
    const { amount, currency } = record(cost);
    if (typeof amount === "number" && currency === "USD") this.sessionCostUsd = amount;
  }
}
