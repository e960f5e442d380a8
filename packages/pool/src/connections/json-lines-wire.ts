import type { ToolProcess } from "../contract/process-host.ts";
import type { TurnContext } from "../contract/tool-connection.ts";
import { toError } from "../errors/pool-error.ts";
import { ProtocolError, ToolFailure } from "../errors/turn-errors.ts";
import { LineSplitter } from "../framing/line-splitter.ts";
import {
  decodeLine,
  encodeAnswer,
  encodeRequest,
  type JsonLinesMessage,
} from "./json-lines-format.ts";
import type { JsonLinesOptions } from "./json-lines-options.ts";
import { whenSilenced } from "./when-silenced.ts";

const ANSWER_AFTER_FAILED_WRITE_MS = 200;
const MAX_LINE_BYTES = 64 * 1024 * 1024;

interface Pending {
  readonly id: number;
  readonly context: TurnContext | null;
  readonly ended: Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Both directions of one process that speaks JSON lines, and which of its answers are awaited. */
export class JsonLinesWire<Request> {
  readonly ready: Promise<void>;
  readonly #process: ToolProcess;
  readonly #options: Omit<JsonLinesOptions<Request, unknown>, "toResult">;
  readonly #decode: (line: unknown) => JsonLinesMessage;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #current: Pending | null = null;
  #announce: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(process: ToolProcess, options: Omit<JsonLinesOptions<Request, unknown>, "toResult">) {
    this.#process = process;
    this.#options = options;
    this.#decode = options.decode ?? decodeLine;
    this.ready = this.#announce.promise;
    this.ready.catch(() => {});
    if (options.announcesReady === false) this.#announce.resolve();
    const splitter = new LineSplitter(
      (line) => this.#receive(line),
      options.maxLineBytes ?? MAX_LINE_BYTES,
    );
    process.stdout.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch (error) {
        this.#fail(toError(error));
      }
    });
    whenSilenced(process, [process.stdout], (error) => this.#rejectPending(error));
  }

  request(request: Request, context: TurnContext): Promise<unknown> {
    const id = this.#nextId++;
    // Throws what cannot be written down; nothing is sent then.
    const line = this.#encode(id, request);
    this.#current = this.#expect(id, context);
    this.#send(line, this.#current);
    return this.#current.ended;
  }

  async command(line: (id: number) => unknown, signal: AbortSignal): Promise<void> {
    const id = this.#nextId++;
    const pending = this.#expect(id, null);
    const onAbort = (): void => pending.reject(toError(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    this.#send(`${JSON.stringify(line(id))}\n`, pending);
    try {
      await pending.ended;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** In step again once the cancelled request has been answered, with whatever. */
  async cancelCurrent(cancel: (id: number) => unknown): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    this.#send(`${JSON.stringify(cancel(current.id))}\n`, current);
    await current.ended.catch((error: unknown) => {
      if (!(error instanceof ToolFailure)) throw error;
    });
  }

  /** A request that cannot be written down has not reached the tool, which stays fit. */
  #encode(id: number, request: Request): string {
    try {
      return `${JSON.stringify((this.#options.encode ?? encodeRequest)(id, request))}\n`;
    } catch (cause) {
      const { message } = toError(cause);
      throw new ToolFailure("refused", `The request cannot be sent as JSON: ${message}`, { cause });
    }
  }

  #expect(id: number, context: TurnContext | null): Pending {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const pending: Pending = {
      id,
      context,
      ended: promise,
      resolve: (result) => {
        this.#forget(pending);
        resolve(result);
      },
      reject: (error) => {
        this.#forget(pending);
        reject(error);
      },
    };
    this.#pending.set(id, pending);
    return pending;
  }

  /** At once, not when somebody notices: a cancel that comes now must find nothing to cancel. */
  #forget(pending: Pending): void {
    this.#pending.delete(pending.id);
    if (this.#current === pending) this.#current = null;
  }

  /** Nobody waits for the write: a tool may answer, and even exit, without reading all of a request. */
  #send(line: string, pending: Pending): void {
    this.#process.stdin.write(line, (error) => {
      // Its last answer may lie in its stdout, unread.
      if (error != null) setTimeout(pending.reject, ANSWER_AFTER_FAILED_WRITE_MS, error);
    });
  }

  #receive(line: Buffer): void {
    if (line.length === 0) return;
    let message: JsonLinesMessage;
    try {
      message = this.#decode(JSON.parse(line.toString("utf8")));
    } catch (cause) {
      const text = line.subarray(0, 800).toString("utf8");
      if (line.length <= 800 && text.trim() === "") return;
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
    const { id, question, token } = message;
    try {
      const answer = await pending.context.ask(question);
      // The turn may be over by now, and the next one under way.
      if (this.#pending.get(id) !== pending || pending.context.signal.aborted) return;
      const line = (this.#options.answer ?? encodeAnswer)(id, token, answer);
      this.#send(`${JSON.stringify(line)}\n`, pending);
    } catch (error) {
      pending.reject(toError(error));
    }
  }

  #fail(error: Error): void {
    this.#announce.reject(error);
    this.#rejectPending(error);
  }

  #rejectPending(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
  }
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
