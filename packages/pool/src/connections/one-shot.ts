import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Exit, ToolProcess } from "../contract/process-host.ts";
import type { ToolConnection } from "../contract/tool-connection.ts";
import { ToolFailure } from "../errors/turn-errors.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { invalidOption, refuseUnknown } from "../pool/option-checks.ts";
import { describeExit } from "../process/describe-exit.ts";
import { writeInput } from "./write-input.ts";

/** What a one-shot process left behind. */
export interface OneShotOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: Exit;
}

/** How to use a one-shot tool. */
export interface OneShotOptions<Request, Result> {
  /**
   * How the request reaches the tool: as what goes to its stdin, or in the arguments that the adapter's
   * `command` makes of it. Named, since a request that reaches it in neither way is lost without a word.
   */
  readonly input: "arguments" | ((request: Request) => string | Buffer);
  /**
   * Makes the result; throws ToolFailure when the output shows a failure.
   * @default stdout without its last line end, and a failure for any exit code but 0
   */
  readonly parse?: (output: OneShotOutput, request: Request) => Result | Promise<Result>;
  /** Is told of what comes, for people who describe a tool. */
  readonly trace?: FramingTrace;
}

/**
 * For tools that live for one request: the adapter says `capabilities: { oneShot: true }` and puts the
 * request into the arguments of its `command`, or here into stdin.
 *
 * @returns An adapter's `connect`.
 * @throws {PoolError} OPTION_INVALID
 */
export function oneShot<Request = string, Result = string>(
  options: OneShotOptions<Request, Result>,
): (process: ToolProcess) => ToolConnection<Request, Result> {
  const { input } = options ?? {};
  if (input !== "arguments" && typeof input !== "function") {
    throw invalidOption(
      "oneShot.input",
      'expected "arguments", where the adapter\'s command puts the request into them, or a function ' +
        "that gives what goes to stdin",
      input,
    );
  }
  refuseUnknown("oneShot", options, { input: true, parse: true, trace: true });
  const parse = options.parse ?? ((output: OneShotOutput) => successText(output) as Result);
  return (process) => {
    const { trace } = options;
    const stdout = collect(process.stdout);
    const stderr = process.stderr === null ? null : collect(process.stderr);
    if (trace !== undefined) {
      tellOf(process.stdout, "stdout", trace);
      if (process.stderr !== null) tellOf(process.stderr, "stderr", trace);
    }
    return {
      ready: async () => {},
      async run(request, context) {
        // A tool that does not read its input closes it; its exit tells whether it minded.
        if (input !== "arguments") {
          const text = input(request);
          trace?.({ type: "told", part: "request", text: text.toString() });
          await writeInput(process.stdin, text).catch(() => {});
        }
        trace?.({ type: "awaiting", what: "end", pattern: "its exit" });
        process.endInput();
        const [exit, out, err] = await Promise.all([process.exited, stdout, stderr ?? ""]);
        trace?.({ type: "found" });
        context.endedBy("exit");
        return parse({ exit, stdout: out, stderr: err }, request);
      },
    };
  };
}

function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    // The pool destroys a stream that a grandchild holds open: "close" comes in any case.
    stream.once("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}

function tellOf(stream: Readable, channel: "stdout" | "stderr", trace: FramingTrace): void {
  const decoder = new StringDecoder("utf8");
  const role = channel === "stdout" ? "answer" : "stderr";
  stream.on("data", (chunk: Buffer) => {
    trace({ type: "heard", channel, bytes: chunk });
    trace({ type: "said", role, channel, text: decoder.write(chunk) });
  });
}

function successText(output: OneShotOutput): string {
  if (output.exit.kind === "code" && output.exit.code === 0)
    return output.stdout.replace(/\r?\n$/, "");
  const stderr = output.stderr.trim().slice(-2_000);
  throw new ToolFailure(
    "crash",
    `The tool ${describeExit(output.exit)}. ${stderr === "" ? "It printed nothing on stderr." : stderr}`,
  );
}
