import { randomBytes } from "node:crypto";
import { realpath, stat, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  type ToolConnection,
  ToolFailure,
  type ToolProcess,
  type TurnContext,
} from "@cluster/pool";
import { Questions } from "../questions/answer.ts";
import { messageOf } from "../task/message.ts";
import { commandPath, type Places, placesOf } from "./paths.ts";
import { AiderShell, type ShellListener } from "./shell.ts";
import { TurnReader } from "./turn-reader.ts";

/** What a sentinel connection needs to know. */
export interface SentinelSettings {
  readonly permissions: AgentPermissions;
  /** aider goes on for a minute by itself: beyond this it is interrupted. */
  readonly retryForMs: number;
}

/**
 * Speaks with aider's own command line, over pipes. It has no `interrupt`: one that meets aider in an
 * import or at its cache leaves it broken, or waiting for a lock of its own.
 */
export class SentinelConnection implements ToolConnection<AgentTask, AgentResult> {
  readonly #process: ToolProcess;
  readonly #settings: SentinelSettings;
  readonly #shell: AiderShell;
  readonly #said: string[] = [];
  #places: Places | null = null;

  constructor(process: ToolProcess, settings: SentinelSettings) {
    this.#process = process;
    this.#settings = settings;
    this.#shell = new AiderShell(process);
  }

  push(chunk: Buffer): void {
    this.#shell.push(chunk);
  }

  async ready(): Promise<void> {
    const ended = this.#process.exited.then(() => {
      throw startFailure(this.#said);
    });
    const started = this.#command("/git rev-parse --show-toplevel --show-prefix");
    ended.catch(() => {});
    const lines = await Promise.race([started, ended]);
    const missing = lines.filter((line) => /^- \w+_API_KEY: Not set$/.test(line));
    if (missing.length > 0) {
      const keys = missing.map((line) => line.slice(2, line.indexOf(":"))).join(" and ");
      throw new ToolFailure("auth", `The model needs ${keys} in the environment.`);
    }
    this.#places = placesOf(lines);
  }

  async run(task: AgentTask, context: TurnContext): Promise<AgentResult> {
    const message = messageOf(task);
    const places = await this.#placesFor(task);
    const permissions = { ...this.#settings.permissions, ...task.permissions };
    const questions = new Questions(permissions, (question) => context.ask(question));
    const ask: ShellListener["question"] = async (asked) => {
      const answer = await questions.answer(asked);
      return answer.kind === "confirm" && answer.yes;
    };
    const made = await this.#chooseFiles(task, places, ask);
    const reader = new TurnReader((event) => context.emit(event), places);
    try {
      await this.#say(message, reader, ask, context.signal);
    } finally {
      await tidy(made, reader.claimedEdits, places);
    }
    context.endedBy("sentinel");
    if (reader.usage.modelCalls !== 0) context.emit({ type: "usage", usage: reader.usage });
    if (reader.failure !== null) throw reader.failure;
    return {
      reply: reader.reply,
      claimedEdits: reader.claimedEdits,
      usage: reader.usage,
      costUsd: reader.costUsd,
      questions: questions.answered,
      endedBy: "sentinel",
      // aider prints the tokens of every answer of a model.
      proof: reader.usage.modelCalls === 0 ? "unproven" : "proven",
    };
  }

  async reset(): Promise<void> {
    await this.#command("/reset");
  }

  async ping(): Promise<void> {
    await this.#shell.exchange("", { line: () => {}, question: async () => false });
  }

  /** It leaves at the end of its input. */
  async close(): Promise<void> {}

  async #say(
    message: string,
    reader: TurnReader,
    question: ShellListener["question"],
    signal: AbortSignal,
  ): Promise<void> {
    const tag = `CLUSTER${randomBytes(8).toString("hex")}`;
    // A first `/` or `!` would make it a command, even inside a block.
    const text = /^[/!]/.test(message) ? ` ${message}` : message;
    const enough = Promise.withResolvers<void>();
    const line = (said: string): void => {
      reader.line(said);
      if (reader.retryMs > this.#settings.retryForMs) enough.resolve();
    };
    const over = this.#shell.exchange(`{${tag}\n${text}\n${tag}}\n`, { line, question });
    over.catch(() => {});
    const first = await Promise.race([
      over.then(() => "over" as const),
      enough.promise.then(() => "enough" as const),
    ]);
    if (first === "enough" && !signal.aborted) await this.#shell.interrupt();
  }

  async #chooseFiles(
    task: AgentTask,
    places: Places,
    question: ShellListener["question"],
  ): Promise<readonly string[]> {
    await this.#command("/drop", question);
    const made: string[] = [];
    for (const file of task.files ?? []) {
      const path = resolve(places.folder, file);
      const before = await stat(path).catch(() => null);
      const lines = await this.#command(`/add ${commandPath(file, places)}`, question);
      if (!lines.some((line) => /^Added .* to the chat$/.test(line))) {
        throw notTaken("refused", file, lines);
      }
      if (before === null) made.push(path);
    }
    for (const file of task.readOnlyFiles ?? []) {
      const lines = await this.#command(`/read-only ${commandPath(file, places)}`, question);
      if (!lines.some((line) => /^Added .* to read-only files\.$/.test(line))) {
        // Not the task's own file: other tasks would miss it too.
        throw notTaken("environment", file, lines);
      }
    }
    return made;
  }

  async #command(
    line: string,
    question: ShellListener["question"] = async () => false,
  ): Promise<readonly string[]> {
    const lines: string[] = [];
    await this.#shell.exchange(`${line}\n`, {
      line: (text) => {
        lines.push(text);
        this.#said.push(text);
        if (this.#said.length > 40) this.#said.shift();
      },
      question,
    });
    return lines;
  }

  async #placesFor(task: AgentTask): Promise<Places> {
    const places = this.#places;
    if (places === null) {
      throw new ToolFailure(
        "environment",
        "aider's command line is driven in a git repository only.",
      );
    }
    const workspace = task.workspace ?? places.folder;
    const wanted = await realpath(workspace).catch(() => workspace);
    if (wanted !== (await realpath(places.folder))) {
      throw new ToolFailure(
        "environment",
        `aider's command line works in ${places.folder} and cannot change to ${workspace}.`,
      );
    }
    return places;
  }
}

function notTaken(
  failureClass: "refused" | "environment",
  file: string,
  lines: readonly string[],
): ToolFailure {
  const words = lines.filter((line) => line.trim() !== "" && !/^[\s>]*$/.test(line)).join(" ");
  return new ToolFailure(failureClass, `aider does not take the file ${file}: ${words}`);
}

/** Takes back the empty files that aider made for the task and did not fill. */
async function tidy(
  made: readonly string[],
  edits: readonly string[],
  { folder }: Places,
): Promise<void> {
  const edited = new Set(edits.map((path) => join(folder, path)));
  for (const path of made) {
    const now = await stat(path).catch(() => null);
    if (now?.size === 0 && !edited.has(path)) await unlink(path).catch(() => {});
  }
}

function startFailure(said: readonly string[]): ToolFailure {
  const words = said.filter((line) => line.trim() !== "").slice(-12);
  const failureClass = /\bAPI keys?\b/.test(words.join(" ")) ? "auth" : "environment";
  return new ToolFailure(
    failureClass,
    `aider ended before it was ready. It said:\n${words.join("\n")}`,
  );
}
