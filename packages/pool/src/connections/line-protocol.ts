import { randomBytes } from "node:crypto";
import { setTimeout as delay, setImmediate as nextPass } from "node:timers/promises";
import type { ToolProcess } from "../contract/process-host.ts";
import type { EndSignal, ToolConnection } from "../contract/tool-connection.ts";
import { ToolFailure } from "../errors/turn-errors.ts";
import { type EndPattern, sentinelMark } from "../framing/end-pattern.ts";
import { PromptScanner } from "../framing/prompt-scanner.ts";
import { EchoFilter, withoutEcho } from "./echo-filter.ts";
import { checkLineProtocol, type LineProtocolOptions, type Sentinel } from "./line-options.ts";
import { whenSilenced } from "./when-silenced.ts";
import { writeInput } from "./write-input.ts";

/** How long an interrupted tool has for its first answer before it is asked again. */
const PATIENCE_MS = 100;

/**
 * For tools that are made for people: lines of text in, text out. The answer is everything up to the
 * sentinel or the prompt, without its last line end.
 *
 * @returns An adapter's `connect`.
 * @throws {PoolError} OPTION_INVALID when it could not tell where an answer ends.
 */
export function lineProtocol(
  options: LineProtocolOptions,
): (process: ToolProcess) => ToolConnection<string, string> {
  checkLineProtocol(options);
  return (process) => {
    const wire = new LineWire(process, options);
    const { resetCommand } = options;
    return {
      ready: () => wire.becomeReady(),
      async run(request, context) {
        const answer = await wire.exchange(request, (text) => context.emit({ type: "text", text }));
        context.endedBy(wire.endSignal);
        return answer;
      },
      ...(resetCommand !== undefined && {
        reset: async () => {
          await wire.exchange(resetCommand, () => {});
        },
      }),
      ...(options.interruptible === true && { interrupt: () => wire.interrupt() }),
    };
  };
}

class LineWire {
  readonly endSignal: EndSignal;
  readonly #process: ToolProcess;
  readonly #options: LineProtocolOptions;
  readonly #scanner: PromptScanner;

  constructor(process: ToolProcess, options: LineProtocolOptions) {
    this.#process = process;
    this.#options = options;
    this.endSignal = options.sentinel === undefined ? "prompt" : "sentinel";
    this.#scanner = new PromptScanner(options.plain);
    process.stdout.on("data", (chunk: Buffer) => this.#scanner.push(chunk, "stdout"));
    const heard = [process.stdout];
    if (options.mergeStderr === true && process.stderr !== null) {
      process.stderr.on("data", (chunk: Buffer) => this.#scanner.push(chunk, "stderr"));
      heard.push(process.stderr);
    }
    whenSilenced(process, heard, (error) => this.#scanner.end(error));
  }

  async becomeReady(): Promise<void> {
    const { ready, setup, sentinel, prompt, lineEnd = "\n" } = this.#options;
    if (ready !== undefined) await this.#scanner.until(ready);
    if (setup !== undefined) await writeInput(this.#process.stdin, `${setup}${lineEnd}`);
    if (sentinel !== undefined) await this.#synchronise(sentinel);
    else if (prompt !== undefined && (ready === undefined || setup !== undefined)) {
      await this.#scanner.until(prompt);
    }
  }

  async exchange(request: string, onText: (text: string) => void): Promise<string> {
    const { sentinel, prompt, encode, lineEnd = "\n" } = this.#options;
    if (encode === undefined && sentinel === undefined && /[\r\n]/.test(request)) {
      throw severalLines();
    }
    // What it printed between turns belongs to no turn.
    this.#scanner.clear();
    const line = `${encode === undefined ? request : encode(request)}${lineEnd}`;
    const answer =
      sentinel === undefined
        ? await this.#ask(line, prompt as string | RegExp, onText)
        : await this.#askBetween(sentinel, line, onText);
    return answer.replace(/\r?\n$/, "");
  }

  /**
   * SIGINT to the tool alone, then a new sentinel: what comes after that is in step. A tool that is
   * interrupted while it reads may lose what it has read, so it is asked again until it answers; it
   * answers in order, and the answer to the last one is the last thing that it says.
   */
  async interrupt(): Promise<void> {
    this.#scanner.clear();
    this.#process.kill("SIGINT", "process");
    const sentinel = this.#options.sentinel as Sentinel;
    for (let patienceMs = PATIENCE_MS; ; patienceMs *= 2) {
      const answered = this.#synchronise(sentinel).then(() => true);
      // The one before waits for ever when this one has taken its place, or fails with the process.
      answered.catch(() => {});
      if (await Promise.race([answered, delay(patienceMs, false, { ref: false })])) return;
    }
  }

  async #synchronise(sentinel: Sentinel): Promise<void> {
    const { command, mark } = newMark(sentinel);
    await this.#ask(command, mark, () => {});
    this.#scanner.clear();
  }

  #askBetween(sentinel: Sentinel, line: string, onText: (text: string) => void): Promise<string> {
    const end = newMark(sentinel);
    if (this.#options.fenced !== true) return this.#ask(line + end.command, end.mark, onText);
    return this.#ask(line + end.command, end.mark, onText, newMark(sentinel));
  }

  async #ask(
    input: string,
    end: string | RegExp | EndPattern,
    onText: (text: string) => void,
    begin?: Mark,
  ): Promise<string> {
    const echo = this.#options.echoes === true ? new EchoFilter(input) : null;
    const onPiece = echo === null ? onText : (text: string) => tell(echo.push(text), onText);
    const answer =
      begin === undefined
        ? this.#scanner.until(end, onPiece)
        : this.#scanner.until(begin.mark).then(() => this.#scanner.until(end, onPiece));
    // A tool may answer without reading all; one that is gone makes the write fail.
    const written = writeInput(this.#process.stdin, (begin?.command ?? "") + input);
    await Promise.race([written, answer]);
    let text = await answer;
    if (echo !== null) {
      tell(echo.end(), onText);
      text = withoutEcho(text, input);
    }
    if (this.#options.mergeStderr !== true) return text;
    // What it said on stderr before the end lies in the pipe by now: one whole pass of the event
    // loop reads it, and it cannot reach the next turn.
    await nextPass();
    await nextPass();
    const late = this.#scanner.take("stderr");
    tell(late, onText);
    return text + late;
  }
}

function tell(text: string, onText: (text: string) => void): void {
  if (text !== "") onText(text);
}

/** A sentinel with its nonce: what to type, and what it looks like. */
interface Mark {
  readonly command: string;
  readonly mark: EndPattern;
}

function newMark(sentinel: Sentinel): Mark {
  const nonce = `zz${randomBytes(12).toString("hex")}`;
  const command = sentinel.command(nonce);
  return { command, mark: sentinelMark(sentinel.output(nonce), command) };
}

function severalLines(): ToolFailure {
  return new ToolFailure(
    "refused",
    "The request has several lines, and this tool ends an answer with its prompt, which may come " +
      "after each line. Nothing was sent. Give lineProtocol an `encode` that makes one input of " +
      "it, or a sentinel.",
  );
}
