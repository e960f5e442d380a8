import {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  ProtocolError,
  type ToolConnection,
  ToolFailure,
  type ToolProcess,
  type TurnContext,
} from "@cluster/pool";
import { Questions } from "../questions/answer.ts";
import { messageOf } from "../task/message.ts";
import { type DriverMessage, parseDriverMessage } from "./messages.ts";
import { DriverWire } from "./wire.ts";

type Result = Extract<DriverMessage, { type: "result" }>;
type Failure = Extract<DriverMessage, { type: "failure" }>;

interface Pending {
  readonly id: number;
  readonly context: TurnContext | null;
  readonly questions: Questions | null;
  readonly settled: PromiseWithResolvers<Result | null>;
}

/** Speaks with a driver that has said it is ready. One request is in flight at a time. */
export class DriverConnection implements ToolConnection<AgentTask, AgentResult> {
  readonly #wire: DriverWire;
  readonly #permissions: AgentPermissions;
  #pending: Pending | null = null;
  #nextId = 1;
  #lost: Error | null = null;

  constructor(process: ToolProcess, permissions: AgentPermissions) {
    this.#permissions = permissions;
    this.#wire = new DriverWire(
      process,
      (line) => this.#receive(line),
      (error) => this.#lose(error),
    );
  }

  /** Takes bytes of the driver. */
  push(chunk: Buffer): void {
    this.#wire.push(chunk);
  }

  /** The handshake is over before this connection begins. */
  async ready(): Promise<void> {}

  async run(task: AgentTask, context: TurnContext): Promise<AgentResult> {
    const message = messageOf(task);
    const permissions = { ...this.#permissions, ...task.permissions };
    const questions = new Questions(permissions, (question) => context.ask(question));
    const result = await this.#request(
      {
        type: "turn",
        message,
        files: task.files ?? [],
        readOnlyFiles: task.readOnlyFiles ?? [],
        workspace: task.workspace ?? null,
        model: task.model ?? null,
        commands: permissions.commands ?? false,
        createFiles: permissions.createFiles ?? true,
      },
      context,
      questions,
    );
    if (result === null) throw new ProtocolError("The driver answered a turn without a result.");
    const { reply, edits, usage, costUsd } = result;
    context.emit({ type: "usage", usage });
    return {
      reply,
      claimedEdits: edits,
      usage,
      costUsd: costUsd ?? "unknown",
      questions: questions.answered,
      endedBy: "protocol",
      // Without a request that the model has answered, aider has only said so.
      proof: usage.modelCalls === 0 ? "unproven" : "proven",
    };
  }

  async reset(): Promise<void> {
    await this.#request({ type: "reset" }, null, null);
  }

  async ping(): Promise<void> {
    await this.#request({ type: "ping" }, null, null);
  }

  async interrupt(): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    this.#wire.send({ type: "cancel", id: pending.id });
    // Whatever it answers, it has answered: the next request starts clean.
    await pending.settled.promise.catch((error: unknown) => {
      if (!(error instanceof ToolFailure)) throw error;
    });
  }

  async close(): Promise<void> {
    this.#wire.send({ type: "close" });
  }

  async #request(
    request: Readonly<Record<string, unknown>>,
    context: TurnContext | null,
    questions: Questions | null,
  ): Promise<Result | null> {
    if (this.#lost !== null) throw this.#lost;
    const id = this.#nextId++;
    const pending: Pending = { id, context, questions, settled: Promise.withResolvers() };
    this.#pending = pending;
    this.#wire.send({ ...request, id });
    try {
      return await pending.settled.promise;
    } finally {
      this.#pending = null;
    }
  }

  #receive(line: unknown): void {
    let message: DriverMessage;
    try {
      message = parseDriverMessage(line);
    } catch (cause) {
      const found = JSON.stringify(line).slice(0, 200);
      this.#lose(
        new ProtocolError(`The driver's protocol has no such message: ${found}`, { cause }),
      );
      return;
    }
    const pending = this.#pending;
    if (pending === null || pending.id !== message.id) return;
    switch (message.type) {
      case "event":
        pending.context?.emit(message.event);
        return;
      case "question":
        void this.#answer(pending, message);
        return;
      case "result":
        pending.settled.resolve(message);
        return;
      case "failure":
        if (message.usage !== null) pending.context?.emit({ type: "usage", usage: message.usage });
        pending.settled.reject(toolFailure(message));
        return;
      case "cancelled":
        pending.settled.reject(new ToolFailure("refused", "The turn was cancelled."));
        return;
      case "done":
        pending.settled.resolve(null);
    }
  }

  async #answer(
    pending: Pending,
    { ask, kind, text, subject }: Extract<DriverMessage, { type: "question" }>,
  ): Promise<void> {
    if (pending.questions === null) return;
    try {
      const answer = await pending.questions.answer({
        kind,
        text,
        ...(subject === null ? {} : { subject }),
      });
      const plain = answer.kind === "confirm" ? answer.yes : answer.text;
      this.#wire.send({ type: "answer", ask, answer: plain });
    } catch (error) {
      pending.settled.reject(error);
    }
  }

  #lose(error: Error): void {
    this.#lost = error;
    this.#pending?.settled.reject(error);
  }
}

function toolFailure({ failureClass, message, retryAfterMs }: Failure): ToolFailure {
  return new ToolFailure(failureClass, message, retryAfterMs === null ? {} : { retryAfterMs });
}
