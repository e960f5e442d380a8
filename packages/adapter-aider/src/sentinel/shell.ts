import { randomBytes } from "node:crypto";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { ProtocolError, type ToolProcess } from "@cluster/pool";
import type { AskedByAider } from "../questions/answer.ts";

/** How aider asks for a yes or a no. */
const QUESTION =
  /^(.*?) \(Y\)es\/\(N\)o(?:\/\(A\)ll)?(?:\/\(S\)kip all)?(?:\/\(D\)on't ask again)? \[(?:Yes|No)\]: /;

/** What it says to an answer that is none. */
const NO_ANSWER = "Please answer with one of: ";

const MAX_PENDING = 1024 * 1024;

/** aider takes a second interrupt within two seconds for a wish to leave. */
const INTERRUPT_PAUSE_MS = 2_100;

/** Who follows one exchange. */
export interface ShellListener {
  line(text: string): void;
  /** Answers a question. */
  question(asked: AskedByAider): Promise<boolean>;
}

interface Exchange {
  readonly sentinel: string;
  readonly listener: ShellListener;
  readonly done: PromiseWithResolvers<void>;
  /**
   * Where the sentinel is. `queued`: it waits to be read. `eaten`: a question takes it for its
   * answer. `refused`: aider wants another answer, and asks the same again. `answered`: it gets one.
   */
  sentinelIs: "queued" | "eaten" | "refused" | "answered";
  /** What a question that comes again was about: only its first time says it. */
  subject: string;
}

/**
 * aider's prompt, by pipes. Each input is followed by an unknown command; when aider complains of
 * just that one, everything before it is over.
 */
export class AiderShell {
  readonly #process: ToolProcess;
  readonly #decoder = new StringDecoder("utf8");
  #pending = "";
  /** The line before an unfinished one; empty when that line was. */
  #lastLine = "";
  #exchange: Exchange | null = null;
  #interruptedAt = Number.NEGATIVE_INFINITY;

  constructor(process: ToolProcess) {
    this.#process = process;
  }

  /** Writes input and resolves when aider is through with it. */
  exchange(input: string, listener: ShellListener): Promise<void> {
    const sentinel = `/zz${randomBytes(8).toString("hex")}`;
    const done = Promise.withResolvers<void>();
    this.#exchange = { sentinel, listener, done, sentinelIs: "queued", subject: "" };
    this.#write(`${input}${sentinel}\n`);
    return done.promise;
  }

  /** Replaces whatever is under way: its listener hears no more. */
  async interrupt(): Promise<void> {
    const since = performance.now() - this.#interruptedAt;
    if (since < INTERRUPT_PAUSE_MS) await delay(INTERRUPT_PAUSE_MS - since);
    if (this.#exchange === null) return;
    this.#interruptedAt = performance.now();
    this.#process.kill("SIGINT", "process");
    await this.exchange("", { line: () => {}, question: async () => false });
  }

  push(chunk: Buffer): void {
    const lines = (this.#pending + this.#decoder.write(chunk)).split("\n");
    this.#pending = lines.pop() ?? "";
    for (const line of lines) this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (this.#pending.length > MAX_PENDING) this.#pending = this.#pending.slice(-MAX_PENDING);
    const question = QUESTION.exec(this.#pending);
    if (question === null || question[0].length !== this.#pending.length) return;
    if (this.#exchange?.sentinelIs === "refused") {
      this.#pending = "";
      void this.#answer(this.#exchange, question[1] ?? "");
    } else {
      this.#eat();
    }
  }

  fail(error: Error): void {
    this.#exchange?.done.reject(error);
  }

  #line(line: string): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (line === `Invalid command: ${exchange.sentinel}`) {
      this.#exchange = null;
      exchange.done.resolve();
      return;
    }
    const question = QUESTION.exec(line);
    const rest = question === null ? line : line.slice(question[0].length);
    if (question !== null) this.#eat();
    if (rest.startsWith(NO_ANSWER) && exchange.sentinelIs === "eaten") {
      exchange.sentinelIs = "refused";
      return;
    }
    this.#lastLine = line;
    exchange.listener.line(rest);
  }

  /** A question is there: it reads the sentinel next. Only its first time says what it is about. */
  #eat(): void {
    const exchange = this.#exchange;
    if (exchange?.sentinelIs !== "queued" && exchange?.sentinelIs !== "eaten") return;
    exchange.sentinelIs = "eaten";
    exchange.subject = this.#lastLine.trimEnd();
  }

  async #answer(exchange: Exchange, text: string): Promise<void> {
    exchange.sentinelIs = "answered";
    const { subject } = exchange;
    try {
      const yes = await exchange.listener.question({
        kind: "confirm",
        text,
        ...(subject === "" ? {} : { subject }),
      });
      if (this.#exchange !== exchange) return;
      exchange.sentinelIs = "queued";
      this.#write(`${yes ? "y" : "n"}\n${exchange.sentinel}\n`);
    } catch (error) {
      exchange.done.reject(error);
    }
  }

  #write(text: string): void {
    this.#process.stdin.write(text, (error) => {
      if (error != null) this.fail(new ProtocolError(`aider does not read: ${error.message}`));
    });
  }
}
