import type { AgentResult } from "../contract/agent.ts";
import type { EndSignal } from "../contract/tool-connection.ts";
import type { ToolDefinition } from "./definition.ts";
import { matchesOf } from "./pattern.ts";
import { costOf } from "./usage.ts";

/** What a turn of an agent brought. */
export interface AgentAnswer {
  readonly answer: string;
  readonly stderr: string;
  /** The whole message, where it speaks JSON. */
  readonly message?: unknown;
  readonly endedBy: EndSignal;
}

/** Reads from what an agent printed what it claims, and what it took. */
export function agentResult(definition: ToolDefinition, given: AgentAnswer): AgentResult {
  const { answer, stderr, message, endedBy } = given;
  const text = `${answer}\n${stderr}`;
  return {
    reply: answer,
    claimedEdits: claimedEdits(definition, text),
    ...costOf(definition.usage, { text, message }),
    questions: [],
    endedBy,
  };
}

function claimedEdits({ edits }: ToolDefinition, text: string): readonly string[] {
  if (edits === undefined) return [];
  const paths = matchesOf(edits, text).map((match) => match.groups?.path ?? match[1] ?? "");
  return [...new Set(paths.filter((path) => path !== ""))];
}
