import type { AgentResult, Usage } from "@cluster/manager";

/**
 * A tool's answer as an {@link AgentResult}. An adapter is somebody else's code, and types do not
 * hold at run time: what it left out, or has of another type, gets the value that claims nothing.
 * A text is taken for the reply. No task fails for it, since only the diff counts.
 */
export function completeResult(answer: unknown): Required<AgentResult> {
  const said = (typeof answer === "string" ? { reply: answer } : (answer ?? {})) as Partial<
    Record<keyof AgentResult, unknown>
  >;
  return {
    reply: typeof said.reply === "string" ? said.reply : "",
    claimedEdits: Array.isArray(said.claimedEdits)
      ? said.claimedEdits.filter((path) => typeof path === "string")
      : [],
    usage: isUsage(said.usage) ? said.usage : "unknown",
    costUsd: typeof said.costUsd === "number" ? said.costUsd : "unknown",
    questions: Array.isArray(said.questions) ? (said.questions as AgentResult["questions"]) : [],
    endedBy:
      typeof said.endedBy === "string" ? (said.endedBy as AgentResult["endedBy"]) : "protocol",
    // A tool that says nothing of proofs is one whose failures are failures.
    proof: said.proof === "unproven" ? "unproven" : "proven",
  };
}

function isUsage(value: unknown): value is Usage {
  const usage = value as Partial<Usage> | null | undefined;
  return typeof usage?.inputTokens === "number" && typeof usage.outputTokens === "number";
}
