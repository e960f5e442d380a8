import { randomBytes } from "node:crypto";
import { StringDecoder } from "node:string_decoder";
import { ProtocolError, type ToolProcess } from "@cluster/pool";
import type { AskedByAider } from "../questions/answer.ts";

/** An unfinished line at which aider waits for a yes or a no. */
const QUESTION =
  /^(.*?) \(Y\)es\/\(N\)o(?:\/\(A\)ll)?(?:\/\(S\)kip all)?(?:\/\(D\)on't ask again)? \[(?:Yes|No)\]: $/;

const MAX_PENDING = 1024 * 1024;

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
  /** A sentinel waits to be read: a question would take it for its answer, and ask again. */
  queued: boolean;
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

  constructor(process: ToolProcess) {
    this.#process = process;
  }

  /** Writes input and resolves when aider is through with it. */
  exchange(input: string, listener: ShellListener): Promise<void> {
    const sentinel = `/zz${randomBytes(8).toString("hex")}`;
    const done = Promise.withResolvers<void>();
    this.#exchange = { sentinel, listener, done, queued: true, subject: "" };
    this.#write(`${input}${sentinel}\n`);
    return done.promise;
  }

  /** Replaces whatever is under way: its listener hears no more. */
  interrupt(): Promise<void> {
    this.#process.kill("SIGINT", "process");
    return this.exchange("", { line: () => {}, question: async () => false });
  }

  push(chunk: Buffer): void {
    const lines = (this.#pending + this.#decoder.write(chunk)).split("\n");
    this.#pending = lines.pop() ?? "";
    for (const line of lines) this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (this.#pending.length > MAX_PENDING) this.#pending = this.#pending.slice(-MAX_PENDING);
    const question = QUESTION.exec(this.#pending);
    if (question !== null && this.#exchange !== null) {
      this.#pending = "";
      void this.#ask(this.#exchange, question[1] ?? "");
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
    this.#lastLine = line;
    exchange.listener.line(line);
  }

  async #ask(exchange: Exchange, text: string): Promise<void> {
    if (exchange.queued) {
      // It is being read as an answer now; none that aider takes, so the same question comes again.
      exchange.queued = false;
      exchange.subject = this.#lastLine.trimEnd();
      return;
    }
    const { subject } = exchange;
    try {
      const yes = await exchange.listener.question({
        kind: "confirm",
        text,
        ...(subject === "" ? {} : { subject }),
      });
      if (this.#exchange !== exchange) return;
      exchange.queued = true;
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
