import type { FailureClass } from "../contract/agent.ts";
import { FAILURE_CLASSES } from "../contract/agent.ts";
import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { ToolProcess } from "../contract/process-host.ts";
import type { Answer, Question } from "../contract/question.ts";
import type { ToolConnection, TurnContext } from "../contract/tool-connection.ts";
import { ProtocolError, ToolFailure } from "../errors/turn-errors.ts";
import { LineSplitter } from "../framing/line-splitter.ts";
import { writeInput } from "./write-input.ts";

/** What one line from the tool means. */
export type JsonLinesMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | {
      readonly kind: "error";
      readonly id: number;
      readonly failureClass: FailureClass;
      readonly message: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: "event"; readonly id: number; readonly event: ConnectionEvent }
  | {
      readonly kind: "question";
      readonly id: number;
      readonly question: Question;
      readonly token: unknown;
    }
  | { readonly kind: "ignored" };

/** How a tool's lines look. Every part has a default; see {@link jsonLinesProtocol}. */
export interface JsonLinesOptions<Request, Result> {
  /** The line for a request. @default `{"id", "request"}` */
  readonly encode?: (id: number, request: Request) => unknown;
  /** What a line from the tool means. @default the form that {@link jsonLinesProtocol} describes */
  readonly decode?: (line: unknown) => JsonLinesMessage;
  /** The result a caller gets. @default the message's `result` as it is */
  readonly toResult?: (result: unknown) => Result;
  /** Whether the tool says when it is ready. @default true */
  readonly announcesReady?: boolean;
  /** The line that cancels a request, which the tool then answers at once, however. Absent: it cannot. */
  readonly cancel?: (id: number) => unknown;
  /** The line that makes it forget all context, answered under `id`. Absent: it cannot. */
  readonly reset?: (id: number) => unknown;
  /** The line that asks for a sign of life, answered under `id`. Absent: it cannot. */
  readonly ping?: (id: number) => unknown;
  /** The line that answers a question. @default `{"id", "token", "answer"}` */
  readonly answer?: (id: number, token: unknown, answer: Answer) => unknown;
  /** @default 64 MiB */
  readonly maxLineBytes?: number;
}

/**
 * For tools that speak JSON, one message a line. A response is matched to its request by id, so that
 * a late answer can never be taken for the next one: an id that nobody waits for is dropped.
 *
 * By default the tool prints `{"ready":true}`, takes `{"id":1,"request":…}` and prints
 * `{"id":1,"event":…}` (a {@link ConnectionEvent}), `{"id":1,"question":…,"token":…}`, and at the end
 * `{"id":1,"result":…}` or `{"id":1,"error":{"class":…,"message":…,"retryAfterMs":…}}`.
 *
 * A line that is not JSON is a ProtocolError for the turn in flight.
 *
 * @returns An adapter's `connect`.
 */
export function jsonLinesProtocol<Request = unknown, Result = unknown>(
  options: JsonLinesOptions<Request, Result> = {},
): (process: ToolProcess) => ToolConnection<Request, Result> {
  return (process) => {
    const wire = new JsonLinesWire<Request>(process, options as JsonLinesOptions<Request, unknown>);
    const toResult = options.toResult ?? ((result: unknown) => result as Result);
    const { cancel, reset, ping } = options;
    return {
      ready: () => wire.ready,
      run: async (request, context) => toResult(await wire.request(request, context)),
      ...(cancel && { interrupt: () => wire.cancelCurrent(cancel) }),
      ...(reset && { reset: (signal: AbortSignal) => wire.command(reset, signal) }),
      ...(ping && { ping: (signal: AbortSignal) => wire.command(ping, signal) }),
    };
  };
}

interface Pending {
  readonly context: TurnContext | null;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

class JsonLinesWire<Request> {
  readonly ready: Promise<void>;
  readonly #process: ToolProcess;
  readonly #options: JsonLinesOptions<Request, unknown>;
  readonly #decode: (line: unknown) => JsonLinesMessage;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #current: { readonly id: number; readonly ended: Promise<unknown> } | null = null;
  #announce: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(process: ToolProcess, options: JsonLinesOptions<Request, unknown>) {
    this.#process = process;
    this.#options = options;
    this.#decode = options.decode ?? decodeDefault;
    this.ready = this.#announce.promise;
    this.ready.catch(() => {});
    if (options.announcesReady === false) this.#announce.resolve();
    const splitter = new LineSplitter(
      (line) => this.#receive(line),
      options.maxLineBytes ?? 64 * 1024 * 1024,
    );
    process.stdout.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch (error) {
        this.#fail(error as Error);
      }
    });
  }

  async request(request: Request, context: TurnContext): Promise<unknown> {
    const id = this.#nextId++;
    const ended = this.#expect(id, context);
    this.#current = { id, ended };
    try {
      await this.#send((this.#options.encode ?? encodeDefault)(id, request));
      return await ended;
    } finally {
      this.#pending.delete(id);
      this.#current = null;
    }
  }

  async command(line: (id: number) => unknown, signal: AbortSignal): Promise<void> {
    const id = this.#nextId++;
    const ended = this.#expect(id, null);
    const onAbort = (): void => this.#pending.get(id)?.reject(new Error("given up"));
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await this.#send(line(id));
      await ended;
    } finally {
      this.#pending.delete(id);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** In step again once the cancelled request has been answered, with whatever. */
  async cancelCurrent(cancel: (id: number) => unknown): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    await this.#send(cancel(current.id));
    await current.ended.catch((error: unknown) => {
      if (!(error instanceof ToolFailure)) throw error;
    });
  }

  #expect(id: number, context: TurnContext | null): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    promise.catch(() => {});
    this.#pending.set(id, { context, resolve, reject });
    return promise;
  }

  #send(message: unknown): Promise<void> {
    return writeInput(this.#process.stdin, `${JSON.stringify(message)}\n`);
  }

  #receive(line: Buffer): void {
    const text = line.toString("utf8");
    if (text.trim() === "") return;
    let message: JsonLinesMessage;
    try {
      message = this.#decode(JSON.parse(text));
    } catch (cause) {
      this.#fail(
        new ProtocolError(`Expected a line of JSON from the tool, found ${quote(text)}.`, {
          cause,
        }),
      );
      return;
    }
    if (message.kind === "ignored") return;
    if (message.kind === "ready") {
      this.#announce.resolve();
      return;
    }
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    switch (message.kind) {
      case "result":
        pending.resolve(message.result);
        break;
      case "error":
        pending.reject(toolFailure(message));
        break;
      case "event":
        pending.context?.emit(message.event);
        break;
      case "question":
        void this.#answer(pending, message);
        break;
    }
  }

  async #answer(
    pending: Pending,
    message: Extract<JsonLinesMessage, { kind: "question" }>,
  ): Promise<void> {
    if (pending.context === null) return;
    const encode = this.#options.answer ?? ((id, token, answer) => ({ id, token, answer }));
    try {
      const answer = await pending.context.ask(message.question);
      await this.#send(encode(message.id, message.token, answer));
    } catch (error) {
      pending.reject(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#announce.reject(error);
    for (const pending of this.#pending.values()) pending.reject(error);
  }
}

function encodeDefault(id: number, request: unknown): unknown {
  return { id, request };
}

function decodeDefault(line: unknown): JsonLinesMessage {
  const message = line as {
    readonly ready?: unknown;
    readonly id?: unknown;
    readonly result?: unknown;
    readonly error?: {
      readonly class?: unknown;
      readonly message?: unknown;
      readonly retryAfterMs?: unknown;
    };
    readonly event?: ConnectionEvent;
    readonly question?: Question;
    readonly token?: unknown;
  } | null;
  if (message === null || typeof message !== "object") return { kind: "ignored" };
  if (message.ready === true) return { kind: "ready" };
  const { id } = message;
  if (typeof id !== "number") return { kind: "ignored" };
  if (message.event !== undefined) return { kind: "event", id, event: message.event };
  if (message.question !== undefined) {
    return { kind: "question", id, question: message.question, token: message.token };
  }
  if (message.error !== undefined) {
    const { class: failure, message: text, retryAfterMs } = message.error;
    return {
      kind: "error",
      id,
      failureClass: FAILURE_CLASSES.find((known) => known === failure) ?? "refused",
      message: typeof text === "string" ? text : "The tool reported a failure without a message.",
      ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
    };
  }
  return { kind: "result", id, result: message.result };
}

function toolFailure(message: Extract<JsonLinesMessage, { kind: "error" }>): ToolFailure {
  const { retryAfterMs } = message;
  return new ToolFailure(
    message.failureClass,
    message.message,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
