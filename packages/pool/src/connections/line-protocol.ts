import { randomBytes } from "node:crypto";
import type { ToolProcess } from "../contract/process-host.ts";
import type { EndSignal, ToolConnection } from "../contract/tool-connection.ts";
import { PromptScanner } from "../framing/prompt-scanner.ts";
import { writeInput } from "./write-input.ts";

/**
 * Makes the tool print a text that nobody could have expected, behind the answer: the surest end of a
 * turn. `command` is what to type, with its line end; `output` is what the tool then prints.
 */
export interface Sentinel {
  readonly command: (nonce: string) => string;
  readonly output: (nonce: string) => string;
}

/** How a tool that takes lines of text is spoken with. It needs a `prompt` or a `sentinel`. */
export interface LineProtocolOptions {
  /** What it prints when it takes input, such as `"> "`. Weaker than a sentinel: an answer may hold it. */
  readonly prompt?: string | RegExp;
  readonly sentinel?: Sentinel;
  /** Text to print before it is ready, where that is neither the prompt nor the sentinel's answer. */
  readonly ready?: string | RegExp;
  /** Makes one input of a request, for tools that end an input at a line end. @default as it is */
  readonly encode?: (request: string) => string;
  /** Typed to make it forget all context. Absent: it cannot, and its process is replaced. */
  readonly resetCommand?: string;
  /** Whether SIGINT stops what it does and brings it back to its prompt. @default false */
  readonly interruptible?: boolean;
  /** Whether stderr is part of the answer. @default false */
  readonly mergeStderr?: boolean;
  /** @default "\n" */
  readonly lineEnd?: string;
}

/**
 * For tools that are made for people: lines of text in, text out. The answer is everything up to the
 * sentinel or the prompt, without its last line end.
 *
 * @returns An adapter's `connect`.
 */
export function lineProtocol(
  options: LineProtocolOptions,
): (process: ToolProcess) => ToolConnection<string, string> {
  const { prompt, sentinel } = options;
  if (prompt === undefined && sentinel === undefined) {
    throw new TypeError(
      "lineProtocol: expected a prompt or a sentinel, found neither. Without one it cannot know " +
        "where an answer ends.",
    );
  }
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
    this.#scanner = new PromptScanner();
    process.stdout.on("data", (chunk: Buffer) => this.#scanner.push(chunk, "stdout"));
    if (options.mergeStderr === true) {
      process.stderr?.on("data", (chunk: Buffer) => this.#scanner.push(chunk, "stderr"));
    }
  }

  async becomeReady(): Promise<void> {
    const { ready, sentinel, prompt } = this.#options;
    if (ready !== undefined) await this.#scanner.until(ready);
    if (sentinel !== undefined) await this.#synchronise(sentinel);
    else if (ready === undefined && prompt !== undefined) await this.#scanner.until(prompt);
  }

  async exchange(request: string, onText: (text: string) => void): Promise<string> {
    const { sentinel, prompt, encode = asItIs, lineEnd = "\n" } = this.#options;
    // What it printed between turns belongs to no turn.
    this.#scanner.clear();
    const nonce = newNonce();
    const input = `${encode(request)}${lineEnd}${sentinel?.command(nonce) ?? ""}`;
    const end = sentinel?.output(nonce) ?? (prompt as string | RegExp);
    const answer = this.#scanner.until(end, onText);
    await Promise.race([writeInput(this.#process.stdin, input), answer]);
    return withoutLastLineEnd(await answer);
  }

  /** SIGINT to the tool alone, then a new sentinel or the next prompt: what comes after it is in step. */
  async interrupt(): Promise<void> {
    const { sentinel, prompt } = this.#options;
    this.#scanner.clear();
    this.#process.kill("SIGINT", "process");
    if (sentinel !== undefined) await this.#synchronise(sentinel);
    else await this.#scanner.until(prompt as string | RegExp);
    this.#scanner.clear();
  }

  async #synchronise(sentinel: Sentinel): Promise<void> {
    const nonce = newNonce();
    const answer = this.#scanner.until(sentinel.output(nonce));
    await Promise.race([writeInput(this.#process.stdin, sentinel.command(nonce)), answer]);
    await answer;
    this.#scanner.clear();
  }
}

function newNonce(): string {
  return `zz${randomBytes(12).toString("hex")}`;
}

function asItIs(request: string): string {
  return request;
}

function withoutLastLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
