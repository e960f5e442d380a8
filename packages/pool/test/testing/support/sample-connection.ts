import {
  type FailureClass,
  ProcessExitedError,
  type ToolConnection,
  ToolFailure,
  type ToolProcess,
  type ToolSession,
  type TurnContext,
} from "../../../src/index.ts";
import { FrameReader } from "./frame-reader.ts";

/** A request to the sample tool: what it is to do, and with what. */
export interface SampleRequest {
  readonly action: string;
  readonly [name: string]: unknown;
}

interface Open {
  readonly id: number;
  readonly context: TurnContext | null;
  heard: boolean;
  resolve(answer: string): void;
  reject(error: Error): void;
}

/** For the fault of an adapter that has one turn for all its processes. */
let everybodys: Open | null = null;

/** Speaks with the sample tool, and does one thing wrong where `fault` says so. */
export class SampleConnection implements ToolConnection<SampleRequest, string> {
  readonly #process: ToolProcess;
  readonly #fault: string;
  readonly #announced: PromiseWithResolvers<void> = Promise.withResolvers();
  #interrupted: PromiseWithResolvers<void> | null = null;
  #open: Open | null = null;
  #lastId = 0;
  #turns = 0;
  #lastAnswer = "";
  /** It takes the answer of whatever turn for that of the present one. */
  #careless = false;
  #early: string | null = null;
  #silence: NodeJS.Timeout | undefined;

  readonly #reader: FrameReader;

  constructor(process: ToolProcess, fault: string) {
    this.#process = process;
    this.#fault = fault;
    this.#reader = new FrameReader(fault, (kind, id, text) => this.#take(kind, id, text));
    process.stdout.on("data", (chunk: Buffer) => {
      try {
        this.#reader.push(chunk);
        if (fault === "framing.pauses") this.#endWithSilence();
      } catch (error) {
        this.#open?.reject(error as Error);
      }
    });
    void process.exited.then((exit) => {
      const open = this.#open;
      const believed =
        (fault === "crash.killed" && exit.kind === "signal") ||
        (fault === "crash.exits" && exit.kind === "code");
      if (believed) open?.resolve("what there is");
      else open?.reject(new ProcessExitedError("It ended in the turn.", exit, ""));
    });
  }

  async ready(): Promise<void> {
    if (this.#fault !== "start.ready") await this.#announced.promise;
  }

  async run(request: SampleRequest, context: TurnContext): Promise<string> {
    this.#turns += 1;
    const spinner =
      this.#fault === "deadline.idle"
        ? setInterval(() => context.emit({ type: "notice", level: "info", text: "…" }), 50)
        : undefined;
    try {
      const answer = await this.#ask(request, context);
      if (this.#fault === "turn.row" && this.#turns === 60) return this.#lastAnswer;
      this.#lastAnswer = answer;
      return answer;
    } finally {
      clearInterval(spinner);
    }
  }

  async openSession(): Promise<ToolSession<SampleRequest, string>> {
    const session = ++this.#lastId;
    const wrong = this.#fault === "session.answers" && session % 2 === 0;
    return {
      run: async (request, context) => {
        const answer = await this.#ask({ ...request, session }, context);
        return wrong ? this.#lastAnswer : answer;
      },
    };
  }

  async reset(): Promise<void> {
    if (this.#fault === "context.reset-keeps-process") throw new Error("It does not know how.");
    await this.#ask({ action: "reset" }, null);
  }

  async interrupt(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    const { code } = (open.context?.signal.reason ?? {}) as { readonly code?: string };
    const careless =
      (this.#fault === "deadline.turn" && code === "TURN_TIMEOUT") ||
      (this.#fault === "cancel.next" && code === "TURN_CANCELLED" && !open.heard);
    this.#interrupted = Promise.withResolvers();
    this.#send({ id: open.id, action: "interrupt", late: careless });
    await this.#interrupted.promise;
    open.reject(new ToolFailure("refused", "It was interrupted."));
    this.#open = null;
    this.#careless = careless;
  }

  async ping(): Promise<void> {
    if (this.#fault === "ping.answers") throw new Error("It has never heard of that.");
    if (this.#fault !== "ping.stopped") await this.#ask({ action: "ping" }, null);
  }

  async close(): Promise<void> {
    this.#send({ id: 0, action: "bye" });
  }

  #ask(request: SampleRequest, context: TurnContext | null): Promise<string> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#open = { id, context, heard: false, resolve, reject };
      if (this.#fault === "turn.side-by-side") everybodys = this.#open;
      if (this.#early !== null) {
        resolve(this.#early);
        this.#early = null;
      }
      if (this.#fault === "turn.several-lines" && typeof request.text === "string") {
        this.#send({ ...request, id, text: request.text.split("\n")[0] });
      } else this.#send({ ...request, id });
    });
  }

  #send(message: object): void {
    if (this.#process.stdin.writable) this.#process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #take(kind: string, id: number, text: string): void {
    if (kind === "ready") this.#announced.resolve();
    if (kind === "interrupted") this.#interrupted?.resolve();
    const open = this.#fault === "turn.side-by-side" ? everybodys : this.#open;
    if (open === null) {
      if (kind === "answer" && this.#fault === "framing.between-turns") this.#early = text;
      return;
    }
    open.heard = true;
    const isOurs =
      id === open.id || this.#fault === "turn.side-by-side" || (this.#careless && id > 0);
    if (!isOurs) return;
    if (kind === "text") open.context?.emit({ type: "text", text });
    if (kind === "answer") this.#settle(() => open.resolve(text));
    if (kind === "failure") this.#settle(() => open.reject(this.#failure(JSON.parse(text))));
    if (kind === "question") void this.#answer(open, text);
  }

  /** Takes it for the end of an answer when nothing comes for a while. */
  #endWithSilence(): void {
    clearTimeout(this.#silence);
    if (!this.#reader.isAmidst) return;
    this.#silence = setTimeout(() => this.#open?.resolve("what there is"), 700);
  }

  #settle(settle: () => void): void {
    this.#open = null;
    settle();
  }

  #failure({
    failureClass,
    retryAfterMs,
  }: {
    failureClass: FailureClass;
    retryAfterMs?: number;
  }): Error {
    const named = this.#fault === `failure.${failureClass}` ? "refused" : failureClass;
    const isWrong = this.#fault === "failure.refused" && failureClass === "refused";
    return new ToolFailure(isWrong ? "crash" : named, `The tool failed: ${failureClass}`, {
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  async #answer(open: Open, text: string): Promise<void> {
    const topic = this.#fault === "question.asked" ? "other" : "edit-file";
    const answer = await open.context?.ask({ kind: "confirm", topic, text, subject: "notes.md" });
    const yes = this.#fault === "question.answered" || (answer?.kind === "confirm" && answer.yes);
    this.#send({ id: open.id, action: "answer", yes });
  }
}
