import { writeInput } from "../connections/write-input.ts";
import type { AgentResult } from "../contract/agent.ts";
import type { ToolProcess } from "../contract/process-host.ts";
import type { EndSignal, ToolConnection, TurnContext } from "../contract/tool-connection.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { promptOf, toTask } from "./agent-prompt.ts";
import { type AgentAnswer, agentResult } from "./agent-result.ts";
import type { ToolDefinition } from "./definition.ts";
import { connectOnce } from "./exit-tool.ts";
import { connectJson } from "./json-tool.ts";
import { connectLines } from "./line-tool.ts";
import type { OneContext } from "./one-context.ts";
import { costOf } from "./usage.ts";

type Answer = Omit<AgentAnswer, "endedBy"> & { readonly result: unknown };

/** Speaks with a process as its definition says: what an agent answers becomes an AgentResult. */
export function connectDeclared(
  definition: ToolDefinition,
  process: ToolProcess,
  trace: FramingTrace | undefined,
): ToolConnection<unknown, unknown> {
  const { run, ...rest } = speakWith(definition, process, trace);
  return {
    ...rest,
    async run(request, context) {
      let endedBy: EndSignal = definition.framing.by === "exit" ? "exit" : "protocol";
      const answer = await run(request, {
        signal: context.signal,
        emit: (event) => context.emit(event),
        ask: (question) => context.ask(question),
        endedBy(signal) {
          endedBy = signal;
          context.endedBy(signal);
        },
      });
      return definition.kind === "agent"
        ? asResult(definition, { ...answer, endedBy })
        : asText(definition, answer, context);
    },
    ...(definition.reset === "stateless" && { reset: async () => {} }),
    ...goodbye(definition, process),
  };
}

function speakWith(
  definition: ToolDefinition,
  process: ToolProcess,
  trace: FramingTrace | undefined,
): OneContext<unknown, Answer> {
  const { framing } = definition;
  switch (framing.by) {
    case "exit": {
      const connection = connectOnce(definition, framing, process, trace);
      const run = async (request: unknown, context: TurnContext): Promise<Answer> => {
        const answer = await connection.run(request, context);
        return { ...answer, result: answer.answer };
      };
      return { ...connection, run };
    }
    case "json-lines": {
      const connection = connectJson(definition, framing, process, trace);
      const run = async (request: unknown, context: TurnContext): Promise<Answer> => {
        const { result, message } = await connection.run(request, context);
        const answer = typeof result === "string" ? result : JSON.stringify(result);
        return { answer, stderr: "", message, result };
      };
      return { ...connection, run };
    }
    default: {
      const { connection, last } = connectLines(definition, framing, process, trace);
      const run = async (request: unknown, context: TurnContext): Promise<Answer> => {
        const text =
          definition.kind === "agent" ? promptOf(definition, toTask(request)) : String(request);
        const answer = await connection.run(text, context);
        return { answer, stderr: last().stderr, result: answer };
      };
      return { ...connection, run };
    }
  }
}

/** An agent that answers in JSON may give a whole result, or parts of it. */
function asResult(
  definition: ToolDefinition,
  { result, ...answer }: Answer & { readonly endedBy: EndSignal },
): AgentResult {
  const read = agentResult(definition, answer);
  if (typeof result !== "object" || result === null) return read;
  const { reply, claimedEdits, usage, costUsd } = result as Partial<AgentResult>;
  return {
    ...read,
    ...(typeof reply === "string" ? { reply } : {}),
    ...(Array.isArray(claimedEdits) ? { claimedEdits: claimedEdits.map(String) } : {}),
    ...(read.usage === "unknown" && typeof usage === "object" ? { usage } : {}),
    ...(read.costUsd === "unknown" && typeof costUsd === "number" ? { costUsd } : {}),
  };
}

function asText(definition: ToolDefinition, answer: Answer, context: TurnContext): unknown {
  const text = `${answer.answer}\n${answer.stderr}`;
  const { usage } = costOf(definition.usage, { text, message: answer.message });
  if (usage !== "unknown") context.emit({ type: "usage", usage });
  return answer.result;
}

/** The end of its input ends most programs on a pipe; a terminal has no such end. */
function goodbye(
  { end, transport = "pipe", framing, lineEnd = "\n" }: ToolDefinition,
  process: ToolProcess,
): { close?: () => Promise<void> } {
  if (framing.by === "exit" || end === "signal") return {};
  if (end === undefined && transport !== "pipe") return {};
  return {
    async close() {
      if (typeof end === "object") await writeInput(process.stdin, `${end.send}${lineEnd}`);
      if (transport === "pipe") process.endInput();
    },
  };
}
