import { setTimeout as delay, setImmediate as nextPass } from "node:timers/promises";
import type { ToolProcess } from "../contract/process-host.ts";
import type { EndSignal, Overdue } from "../contract/tool-connection.ts";
import { ToolFailure } from "../errors/turn-errors.ts";
import type { EndPattern } from "../framing/end-pattern.ts";
import type { SaidRole, ToldPart } from "../framing/framing-trace.ts";
import { type Channel, PromptScanner } from "../framing/prompt-scanner.ts";
import { found } from "../pool/option-checks.ts";
import { AnswerFilter } from "./answer-filter.ts";
import { AwaitedAtStart } from "./awaited-at-start.ts";
import type { LineProtocolOptions, Sentinel } from "./line-options.ts";
import { type Mark, newMark } from "./mark.ts";
import { StderrOfTurn } from "./stderr-of-turn.ts";
import { whenSilenced } from "./when-silenced.ts";
import { writeInput } from "./write-input.ts";

/** How long an interrupted tool has for its first answer before it is asked again. */
const PATIENCE_MS = 100;

/** A pipe holds less than is read in one pass; a tool that never stops talking must not hold a turn up. */
const MOST_PASSES = 16;

const END_WAS_PRINTED =
  "It printed what was typed behind the request to show its end: the request reads the tool's own input. " +
  "Give what it starts another one, such as </dev/null.";
const END_MAY_BE_READ =
  "If the request reads the tool's own input, or begins what it does not end, it waits for more: give what " +
  "it starts another input, such as </dev/null.";

type OnText = (text: string, channel: Channel) => void;
type Part = readonly [ToldPart, string];

/** Both directions of one process that is spoken with in lines. */
export class LineWire {
  readonly endSignal: EndSignal;
  readonly #process: ToolProcess;
  readonly #options: LineProtocolOptions;
  readonly #scanner: PromptScanner;
  readonly #stderr: StderrOfTurn | null;
  readonly #atStart: AwaitedAtStart;
  /** What was typed behind the request of the turn that is under way, so that its end shows. */
  #endCommand: string | null = null;

  constructor(process: ToolProcess, options: LineProtocolOptions) {
    this.#process = process;
    this.#options = options;
    this.endSignal = options.sentinel === undefined ? "prompt" : "sentinel";
    const { trace, mergeStderr = false, check } = options;
    this.#scanner = new PromptScanner(options.plain, trace);
    process.stdout.on("data", (chunk: Buffer) => this.#scanner.push(chunk, "stdout"));
    const heard = [process.stdout];
    if (mergeStderr && process.stderr !== null) {
      process.stderr.on("data", (chunk: Buffer) => this.#scanner.push(chunk, "stderr"));
      heard.push(process.stderr);
    }
    this.#stderr =
      process.stderr !== null && (check !== undefined || trace !== undefined)
        ? new StderrOfTurn(process.stderr, mergeStderr ? undefined : trace)
        : null;
    this.#atStart = new AwaitedAtStart(process, mergeStderr);
    whenSilenced(process, heard, (error) => this.#scanner.end(error));
  }

  /** What came by stderr since the last request, if anybody asked for it. */
  get stderr(): string {
    return this.#stderr?.text ?? "";
  }

  /** Why it takes so long, as far as that is to be seen. */
  hint(of: Overdue): string | null {
    if (of === "start") return this.#atStart.hint;
    if (this.#endCommand === null) return null;
    const { echoes } = this.#options;
    if (echoes !== true && this.#scanner.answerHolds(this.#endCommand)) return END_WAS_PRINTED;
    return of === "silence" ? END_MAY_BE_READ : null;
  }

  get #hearsStderr(): boolean {
    return this.#options.mergeStderr === true || this.#stderr !== null;
  }

  async becomeReady(): Promise<void> {
    const { ready, setup, sentinel, prompt, lineEnd = "\n" } = this.#options;
    const started = this.#telling("start");
    if (ready !== undefined) {
      this.#atStart.text("ready text", ready);
      await this.#scanner.until(ready, started, "ready");
    }
    if (setup !== undefined) await this.#tell([["setup", `${setup}${lineEnd}`]]);
    if (sentinel !== undefined) await this.#synchronise(sentinel, "start");
    else if (prompt !== undefined && (ready === undefined || setup !== undefined)) {
      this.#atStart.text("prompt", prompt);
      await this.#scanner.until(prompt, started, "ready");
    }
    // Otherwise what it said on the other stream before would be part of the first answer.
    if (this.#hearsStderr) await this.#bothAreRead();
    this.#scanner.clear();
    this.#atStart.end();
  }

  async exchange(request: string, onText: (text: string) => void): Promise<string> {
    if (typeof request !== "string") throw noText(request);
    const { sentinel, prompt, encode, lineEnd = "\n" } = this.#options;
    if (encode === undefined && sentinel === undefined && /[\r\n]/.test(request)) {
      throw severalLines();
    }
    // What it printed between turns belongs to no turn.
    this.#scanner.clear();
    this.#stderr?.clear();
    const line = `${encode === undefined ? request : encode(request)}${lineEnd}`;
    const answer =
      sentinel === undefined
        ? await this.#ask([["request", line]], prompt as string | RegExp, onText)
        : await this.#askBetween(sentinel, line, onText);
    return answer.replace(/\r?\n$/, "");
  }

  /**
   * SIGINT to the tool, then a new sentinel: what comes after that is in step. A tool that is
   * interrupted while it reads may lose what it has read, so it is asked again, or may begin only then
   * with what it was to be stopped in, so every third time it is interrupted too. It answers in order, and
   * the answer to the last one is the last thing that it says.
   */
  async interrupt(): Promise<void> {
    this.#scanner.clear();
    const sentinel = this.#options.sentinel as Sentinel;
    const target = this.#options.interruptible === "group" ? "group" : "process";
    for (let round = 0; ; round += 1) {
      const patienceMs = PATIENCE_MS * 2 ** round;
      if (round % 3 === 0) this.#process.kill("SIGINT", target);
      const answered = this.#synchronise(sentinel, "between").then(() => true);
      // The one before waits for ever when this one has taken its place, or fails with the process.
      answered.catch(() => {});
      if (await Promise.race([answered, delay(patienceMs, false, { ref: false })])) return;
    }
  }

  async #synchronise(sentinel: Sentinel, role: SaidRole): Promise<void> {
    const { command, mark } = newMark(sentinel);
    if (role === "start") this.#atStart.sentinel({ command, mark });
    const found = this.#scanner.until(mark, this.#telling(role), "ready");
    const written = this.#tell([["sentinel", command]]);
    await Promise.race([written, found]);
    await found;
    if (this.#hearsStderr) await this.#bothAreRead();
    this.#scanner.clear();
  }

  /**
   * What a tool said on one stream before it ended its answer on the other one lies in the pipe by then: one
   * whole pass of the event loop reads it, and it cannot reach the next turn.
   */
  async #bothAreRead(): Promise<void> {
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const before = this.#scanner.lateChunks;
      await nextPass();
      await nextPass();
      if (this.#scanner.lateChunks === before) return;
    }
  }

  async #askBetween(
    sentinel: Sentinel,
    line: string,
    onText: (text: string) => void,
  ): Promise<string> {
    const end = newMark(sentinel);
    this.#endCommand = end.command.trim();
    const begin = this.#options.fenced === true ? newMark(sentinel) : undefined;
    const input: readonly Part[] = [
      ["request", line],
      ["sentinel", end.command],
    ];
    try {
      return await this.#ask(input, end.mark, onText, begin);
    } finally {
      this.#endCommand = null;
    }
  }

  async #ask(
    input: readonly Part[],
    end: string | RegExp | EndPattern,
    onText: (text: string) => void,
    begin?: Mark,
  ): Promise<string> {
    const { trace } = this.#options;
    const typed = input.map(([, text]) => text).join("");
    const filter = AnswerFilter.needed(this.#options)
      ? new AnswerFilter(
          this.#options,
          typed,
          trace && ((role, text) => trace({ type: "said", role, channel: "stdout", text })),
        )
      : null;
    const told = this.#telling("answer");
    const onOwn = (text: string, channel: Channel): void => {
      if (text === "") return;
      told?.(text, channel);
      onText(text);
    };
    const onPiece: OnText =
      filter === null ? onOwn : (text, channel) => onOwn(filter.push(text), channel);
    const answer =
      begin === undefined
        ? this.#scanner.until(end, onPiece)
        : // What comes by stderr meanwhile may be of this turn: two streams have no common order.
          this.#scanner
            .until(begin.mark, this.#telling("between"), "ready", true)
            .then(() => this.#scanner.until(end, onPiece));
    // A tool may answer without reading all; one that is gone makes the write fail.
    const written = this.#tell(
      begin === undefined ? input : [["sentinel", begin.command], ...input],
    );
    await Promise.race([written, answer]);
    let text = await answer;
    if (this.#hearsStderr) await this.#bothAreRead();
    const late = this.#scanner.takeLate();
    if (late.text !== "") onPiece(late.text, late.channel);
    text += late.text;
    if (filter === null) return text;
    onOwn(filter.end(), "stdout");
    const whole = new AnswerFilter(this.#options, typed);
    return whole.push(text) + whole.end();
  }

  /** Tells the trace, where there is one, what a text is. */
  #telling(role: SaidRole): OnText | undefined {
    const { trace } = this.#options;
    return trace && ((text, channel) => trace({ type: "said", role, channel, text }));
  }

  #tell(parts: readonly Part[]): Promise<void> {
    const { trace } = this.#options;
    if (trace !== undefined) for (const [part, text] of parts) trace({ type: "told", part, text });
    return writeInput(this.#process.stdin, parts.map(([, text]) => text).join(""));
  }
}

/** From a caller without types: an agent's task, most likely. */
function noText(request: unknown): ToolFailure {
  return new ToolFailure(
    "refused",
    `Expected a text, found ${found(request)}. Nothing was sent. An agent's adapter hands the task's message ` +
      "on to lineProtocol's run, and makes a result of the answer; a tool that only answers has " +
      "capabilities: { edits: false }.",
  );
}

function severalLines(): ToolFailure {
  return new ToolFailure(
    "refused",
    "The request has several lines, and this tool ends an answer with its prompt, which may come " +
      "after each line. Nothing was sent. Give lineProtocol an `encode` that makes one input of " +
      "it, or a sentinel.",
  );
}
