import type { ToolProcess } from "../contract/process-host.ts";
import type { TurnContext } from "../contract/tool-connection.ts";
import { toError } from "../errors/pool-error.ts";
import { ProtocolError, ToolFailure } from "../errors/turn-errors.ts";
import type { SaidRole, ToldPart } from "../framing/framing-trace.ts";
import { LineSplitter } from "../framing/line-splitter.ts";
import { type AwaitedAnswer, AwaitedAnswers } from "./awaited-answers.ts";
import {
  decodeLine,
  encodeAnswer,
  encodeRequest,
  type JsonLinesMessage,
} from "./json-lines-format.ts";
import type { JsonLinesOptions } from "./json-lines-options.ts";
import { StderrOfTurn } from "./stderr-of-turn.ts";
import { whenSilenced } from "./when-silenced.ts";

const ROLES = {
  result: "answer",
  error: "error",
  event: "event",
  question: "question",
} as const satisfies Record<string, SaidRole>;

const ANSWER_AFTER_FAILED_WRITE_MS = 200;
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Both directions of one process that speaks JSON lines, and which of its answers are awaited. */
export class JsonLinesWire<Request> {
  readonly ready: Promise<void>;
  readonly #process: ToolProcess;
  readonly #options: Omit<JsonLinesOptions<Request, unknown>, "toResult">;
  readonly #decode: (line: unknown) => JsonLinesMessage;
  readonly #awaited = new AwaitedAnswers();
  #nextId = 1;
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
    const { trace } = options;
    if (trace !== undefined && process.stderr !== null) new StderrOfTurn(process.stderr, trace);
    if (options.announcesReady !== false) {
      trace?.({ type: "awaiting", what: "ready", pattern: "a line that says that it is ready" });
    }
    process.stdout.on("data", (chunk: Buffer) => {
      trace?.({ type: "heard", channel: "stdout", bytes: chunk });
      try {
        splitter.push(chunk);
      } catch (error) {
        this.#fail(toError(error));
      }
    });
    whenSilenced(process, [process.stdout], (error) => this.#awaited.rejectAll(error));
    // A listener, not a callback for each write, which costs a short turn a tick of its own.
    process.stdin.on("error", (error) => this.#writeFailed(error));
  }

  request(request: Request, context: TurnContext): Promise<unknown> {
    const id = this.#nextId++;
    // Throws what cannot be written down; nothing is sent then.
    const line = this.#encode(id, request);
    const { ended } = this.#awaited.add(id, context);
    this.#send(line, "request");
    const pattern = `a line that answers request ${id}`;
    this.#options.trace?.({ type: "awaiting", what: "end", pattern });
    return ended;
  }

  async command(line: (id: number) => unknown, signal: AbortSignal): Promise<void> {
    const id = this.#nextId++;
    const answer = this.#awaited.add(id, null);
    const onAbort = (): void => answer.reject(toError(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    this.#send(`${JSON.stringify(line(id))}\n`);
    try {
      await answer.ended;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** In step again once the cancelled request has been answered, with whatever. */
  async cancelCurrent(cancel: (id: number) => unknown): Promise<void> {
    const { current } = this.#awaited;
    if (current === null) return;
    this.#send(`${JSON.stringify(cancel(current.id))}\n`);
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

  /** Nobody waits for the write: a tool may answer, and even exit, without reading all of a request. */
  #send(line: string, part: ToldPart = "command"): void {
    this.#options.trace?.({ type: "told", part, text: line });
    const { stdin } = this.#process;
    if (stdin.writable) stdin.write(line);
    // A stream that has been destroyed says so to nobody any more.
    else this.#writeFailed(new Error("The tool takes no more input."));
  }

  #writeFailed(error: Error): void {
    // Its last answer may lie in its stdout, unread.
    setTimeout(() => this.#awaited.rejectAll(error), ANSWER_AFTER_FAILED_WRITE_MS);
  }

  #receive(line: Buffer): void {
    if (line.length === 0) return;
    let message: JsonLinesMessage;
    try {
      message = this.#decode(JSON.parse(line.toString("utf8")));
    } catch (cause) {
      const text = line.subarray(0, 800).toString("utf8");
      if (line.length <= 800 && text.trim() === "") return;
      this.#took("between", line);
      if (this.#options.skipsOtherLines === true) return;
      this.#fail(
        new ProtocolError(`Expected a line of JSON from the tool, found ${quote(text)}.`, {
          cause,
        }),
      );
      return;
    }
    if (message.kind === "ignored") {
      this.#took("between", line);
      return;
    }
    if (message.kind === "ready") {
      this.#took("ready", line);
      this.#announce.resolve();
      return;
    }
    const awaited = this.#awaited.find(message.id);
    this.#took(awaited === undefined ? "between" : ROLES[message.kind], line);
    if (awaited === undefined) return;
    switch (message.kind) {
      case "result":
        awaited.resolve(message.result);
        break;
      case "error":
        awaited.reject(toolFailure(message));
        break;
      case "event":
        awaited.context?.emit(message.event);
        break;
      case "question":
        void this.#answer(awaited, message);
        break;
    }
  }

  async #answer(
    awaited: AwaitedAnswer,
    message: Extract<JsonLinesMessage, { kind: "question" }>,
  ): Promise<void> {
    if (awaited.context === null) return;
    const { id, question, token } = message;
    try {
      const answer = await awaited.context.ask(question);
      // The turn may be over by now, and the next one under way.
      if (this.#awaited.find(id) !== awaited || awaited.context.signal.aborted) return;
      const line = (this.#options.answer ?? encodeAnswer)(id, token, answer);
      this.#send(`${JSON.stringify(line)}\n`, "answer");
    } catch (error) {
      awaited.reject(toError(error));
    }
  }

  /** Says what a line was, and whether it was what was waited for. */
  #took(role: SaidRole, line: Buffer): void {
    const { trace } = this.#options;
    if (trace === undefined) return;
    trace({ type: "said", role, channel: "stdout", text: `${line.toString("utf8")}\n` });
    if (role === "ready" || role === "answer" || role === "error") trace({ type: "found" });
  }

  #fail(error: Error): void {
    this.#announce.reject(error);
    this.#awaited.rejectAll(error);
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
