import { type OneShotOutput, oneShot } from "../connections/one-shot.ts";
import type { ToolProcess } from "../contract/process-host.ts";
import { ProtocolError, ToolFailure } from "../errors/turn-errors.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { describeExit } from "../process/describe-exit.ts";
import { promptOf, toTask } from "./agent-prompt.ts";
import type { ExitFraming, ToolDefinition } from "./definition.ts";
import { failureFinder, type Said } from "./failures.ts";
import { valueAt } from "./message-path.ts";
import type { OneContext } from "./one-context.ts";

const STDERR_LENGTH = 2_000;

/** What a one-shot tool answered. */
export interface ExitAnswer extends Said {
  /** The document that it printed, where it prints JSON. */
  readonly message?: unknown;
}

/** Speaks with a tool that lives for one request. */
export function connectOnce(
  definition: ToolDefinition,
  framing: ExitFraming,
  process: ToolProcess,
  trace: FramingTrace | undefined,
): OneContext<unknown, ExitAnswer> {
  const failureOf = failureFinder(definition.errors ?? []);
  return oneShot<unknown, ExitAnswer>({
    input: inputOf(definition, framing),
    parse: (output) => parse(output, framing, failureOf),
    ...(trace && { trace }),
  })(process);
}

function inputOf(
  definition: ToolDefinition,
  framing: ExitFraming,
): "arguments" | ((request: unknown) => string) {
  if (framing.input === "prompt") return (request) => promptOf(definition, toTask(request));
  if (definition.files !== "stdin") return "arguments";
  return (request) => (toTask(request).files ?? []).map((file) => `${file}\n`).join("");
}

/** What the tool prints of a failure says more than its exit code; some fail and exit with 0. */
function parse(
  { stdout, stderr, exit }: OneShotOutput,
  framing: ExitFraming,
  failureOf: (said: Said) => ToolFailure | undefined,
): ExitAnswer {
  const said = { answer: stdout.replace(/\r?\n$/, ""), stderr };
  const failure = failureOf(said);
  if (failure !== undefined) throw failure;
  const { exitCodes = {}, json } = framing;
  const code = exit.kind === "code" ? String(exit.code) : "";
  const meaning = exitCodes[code] ?? (code === "0" ? "ok" : "crash");
  if (meaning !== "ok") {
    const words = stderr.trim().slice(-STDERR_LENGTH) || said.answer.trim().slice(-STDERR_LENGTH);
    throw new ToolFailure(
      meaning,
      `The tool ${describeExit(exit)}. ${words === "" ? "It printed nothing." : words}`,
    );
  }
  return json === undefined ? said : parseJson(said, json);
}

function parseJson(said: Said, { result, error }: NonNullable<ExitFraming["json"]>): ExitAnswer {
  let message: unknown;
  try {
    message = JSON.parse(said.answer);
  } catch (cause) {
    const found = JSON.stringify(said.answer.slice(0, 200));
    throw new ProtocolError(`Expected one JSON document from the tool, found ${found}.`, { cause });
  }
  const failed = error === undefined ? undefined : valueAt(message, error);
  if (failed !== undefined && failed !== null && failed !== false) {
    throw new ToolFailure("refused", typeof failed === "string" ? failed : JSON.stringify(failed));
  }
  const value = valueAt(message, result);
  if (value === undefined) {
    throw new ProtocolError(`Expected "${result}" in the tool's JSON, found none.`);
  }
  return { ...said, answer: typeof value === "string" ? value : JSON.stringify(value), message };
}
