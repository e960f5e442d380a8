import { readCall, shellCall, type WrittenFile, writeCall } from "./agent-tools.ts";
import type { AgentModelReply, AgentModelScript } from "./reply.ts";
import type { AgentModelRequest, ToolOutcome } from "./request.ts";

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
    // A write that was refused for that, and the reading that followed it, are no steps.
    const unread = request.outcomes.filter(wantsReading).length;
    const refused = request.outcomes.slice(-1).some(wantsReading);
    const done = request.outcomes.length - 2 * unread + (refused ? 1 : 0);
    const step = steps[Math.min(done, steps.length - 1)] ?? { text: "Done." };
    if (refused && "write" in step) {
      return { kind: "say", calls: [readCall(request, step.write.path)] };
    }
    return replyOf(step, request);
  };
}

/** Some agents let no file be overwritten that has not been read in the session. */
function wantsReading({ output }: ToolOutcome): boolean {
  return /has not been read/i.test(output);
}

function replyOf(step: Step, request: AgentModelRequest): AgentModelReply {
  if ("write" in step) return { kind: "say", calls: [writeCall(request, step.write)] };
  if ("shell" in step) return { kind: "say", calls: [shellCall(request, step.shell)] };
  if ("kind" in step) return step;
  return { kind: "say", text: step.text };
}
