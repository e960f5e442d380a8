import { type AgentResult, ToolFailure, type Usage } from "@cluster/pool";
import { classifyWords } from "../failures/classify.ts";
import type { AgentProfile, TurnEvidence } from "../profiles/profile.ts";
import { record, usageOfAnswer } from "../proof/usage.ts";
import type { SessionTurn } from "./session-turn.ts";

/**
 * Makes a result of an answer, or a failure: a normal end is a success only where something proves it.
 * @param costBefore what the session had cost before the turn, in US dollars
 * @throws {ToolFailure}
 */
export function conclude(
  answer: Readonly<Record<string, unknown>>,
  turn: SessionTurn,
  profile: AgentProfile,
  name: string,
  costBefore: number,
): AgentResult {
  const usage = (profile.usage ?? usageOfAnswer)(answer) ?? turn.usage;
  if (usage !== null) turn.context.emit({ type: "usage", usage });
  const stopReason = typeof answer.stopReason === "string" ? answer.stopReason : "";
  const evidence: TurnEvidence = {
    stopReason,
    reply: turn.reply,
    usage,
    contextTokens: turn.contextTokens,
    meta: record(answer._meta),
    sessionMeta: turn.sessionMeta,
  };
  refuseBadEnd(evidence, turn, name);
  const proof = profile.proof?.(evidence) ?? "unproven";
  if (proof === "failed") throw failureIn(evidence, name);
  return {
    reply: turn.reply,
    claimedEdits: turn.edits,
    usage: usage ?? ("unknown" satisfies Usage | "unknown"),
    costUsd:
      turn.sessionCostUsd === null ? "unknown" : Math.max(0, turn.sessionCostUsd - costBefore),
    questions: turn.desk.answered,
    endedBy: "protocol",
    proof,
  };
}

/** An end that the protocol itself calls none. */
function refuseBadEnd({ stopReason, reply }: TurnEvidence, turn: SessionTurn, name: string): void {
  switch (stopReason) {
    case "end_turn":
      return;
    case "max_tokens":
      throw new ToolFailure("context", `${name} reached the most tokens that its model may write.`);
    case "max_turn_requests":
      throw new ToolFailure("refused", `${name} gave up after as many requests as it may make.`);
    case "refusal":
      throw new ToolFailure("refused", `${name} refused: ${reply.slice(0, 500)}`);
    case "cancelled": {
      const denied = turn.desk.answered.filter(
        ({ answer }) => answer.kind === "confirm" && !answer.yes,
      );
      const what = denied.map(({ question }) => question.text).join("; ");
      const why = what === "" ? "nobody cancelled it" : `it was not allowed to: ${what}`;
      throw new ToolFailure("refused", `${name} ended its turn as cancelled; ${why}.`);
    }
    default:
      throw new ToolFailure(
        "protocol",
        `${name} ended its turn for a reason that the protocol does not have: ${JSON.stringify(stopReason)}.`,
      );
  }
}

function failureIn({ reply }: TurnEvidence, name: string): ToolFailure {
  const { failureClass, retryAfterMs, text } = classifyWords(reply);
  return new ToolFailure(
    failureClass,
    `${name} called its turn a success, and it was none: ${text === "" ? "it said nothing" : text}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}
