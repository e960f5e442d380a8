import type { Sentinel } from "../connections/line-options.ts";
import { lineProtocol } from "../connections/line-protocol.ts";
import type { ToolProcess } from "../contract/process-host.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import type { PromptFraming, SentinelFraming, ToolDefinition } from "./definition.ts";
import { failureFinder, type Said } from "./failures.ts";
import { encoderOf } from "./multi-line.ts";
import type { OneContext } from "./one-context.ts";
import { expressionOf, textOrExpression } from "./pattern.ts";
import { fill } from "./template.ts";
import { unfinishedCheck } from "./unfinished.ts";

/** A connection that takes and gives text. */
export interface TextConnection {
  readonly connection: OneContext<string, string>;
  /** What the last turn said. */
  last(): Said;
}

/** Speaks with a tool that takes lines of text. */
export function connectLines(
  definition: ToolDefinition,
  framing: SentinelFraming | PromptFraming,
  process: ToolProcess,
  trace: FramingTrace | undefined,
): TextConnection {
  const { ready, setup, noise, unfinished, echo, interrupt, reset, lineEnd = "\n" } = definition;
  const onTerminal = definition.transport !== undefined && definition.transport !== "pipe";
  const failureOf = failureFinder(definition.errors ?? []);
  const multiLine = definition.multiLine ?? (framing.by === "sentinel" ? "as-is" : "refuse");
  const encode = checkedFirst(unfinished, encoderOf(multiLine, lineEnd));
  let last: Said = { answer: "", stderr: "" };
  const connect = lineProtocol({
    ...(framing.by === "prompt"
      ? { prompt: textOrExpression(framing.prompt) }
      : { sentinel: sentinelOf(framing, lineEnd), fenced: framing.fenced === true }),
    ...(ready === undefined ? {} : { ready: textOrExpression(ready) }),
    ...(setup === undefined ? {} : { setup: [setup].flat().join(lineEnd) }),
    ...(noise === undefined ? {} : { noise: expressionOf(noise) }),
    ...(encode === undefined ? {} : { encode }),
    ...(typeof reset === "object" ? { resetCommand: reset.send } : {}),
    ...(trace === undefined ? {} : { trace }),
    echoes: echo === true,
    interruptible:
      interrupt === undefined ? false : onTerminal || interrupt === "process" || "group",
    mergeStderr: definition.stderr !== "apart",
    plain: definition.plain ?? onTerminal,
    lineEnd,
    check(said) {
      last = said;
      const failure = failureOf(said);
      if (failure !== undefined) throw failure;
    },
  });
  return { connection: connect(process), last: () => last };
}

type Encode = ((request: string) => string) | undefined;

/** A request that is not whole is refused before anything is made of it. */
function checkedFirst(unfinished: ToolDefinition["unfinished"], encode: Encode): Encode {
  if (unfinished === undefined) return encode;
  const check = unfinishedCheck(unfinished);
  return (request) => {
    check(request);
    return encode === undefined ? request : encode(request);
  };
}

function sentinelOf(
  { send, prints = "{{nonce}}", nonce: kind }: SentinelFraming,
  lineEnd: string,
): Sentinel {
  const values = (nonce: string): Readonly<Record<string, string>> => {
    const shaped = kind === "digits" ? BigInt(`0x${nonce.replace(/^zz/, "")}`).toString() : nonce;
    return { nonce: shaped, "nonce.start": shaped.slice(0, 9), "nonce.end": shaped.slice(9) };
  };
  return {
    command: (nonce) => `${fill(send, values(nonce))}${lineEnd}`,
    output: (nonce) => `${fill(prints, values(nonce))}\n`,
  };
}
