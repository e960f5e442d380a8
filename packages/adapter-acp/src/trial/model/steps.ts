import { shellCall, type WrittenFile, writeCall } from "./agent-tools.ts";
import type { AgentModelReply, AgentModelScript } from "./reply.ts";
import type { AgentModelRequest } from "./request.ts";

/** One answer of the model: what it does, or how it fails. */
export type Step =
  | { readonly write: WrittenFile }
  | { readonly shell: string }
  | { readonly text: string }
  | AgentModelReply;

/**
 * A script for one turn: the first answer is the first step, and each outcome of a call is followed by the
 * next; the last one stands for all that come after it. A request without tools, such as one for a
 * title, gets a short text.
 */
export function stepsInTurn(...steps: readonly Step[]): AgentModelScript {
  return (request) => {
    if (request.tools.length === 0) return { kind: "say", text: "A test" };
    const step = steps[Math.min(request.outcomes.length, steps.length - 1)];
    return replyOf(step ?? { text: "Done." }, request);
  };
}

function replyOf(step: Step, request: AgentModelRequest): AgentModelReply {
  if ("write" in step) return { kind: "say", calls: [writeCall(request, step.write)] };
  if ("shell" in step) return { kind: "say", calls: [shellCall(request, step.shell)] };
  if ("kind" in step) return step;
  return { kind: "say", text: step.text };
}
