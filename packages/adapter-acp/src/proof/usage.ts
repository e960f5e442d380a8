import type { Usage } from "@cluster/pool";
import type { Proof, TurnEvidence } from "../profiles/profile.ts";

type Values = Readonly<Record<string, unknown>>;

/** `usage` of an answer, as most agents have it. */
export function usageOfAnswer(answer: Values): Usage | null {
  return tokens(answer.usage, "inputTokens", "outputTokens");
}

/** Two counts of a record; null where they are not there. */
export function tokens(value: unknown, input: string, output: string): Usage | null {
  const values = record(value);
  const inputTokens = values[input];
  const outputTokens = values[output];
  if (!isCount(inputTokens) || !isCount(outputTokens)) return null;
  return { inputTokens, outputTokens };
}

/** A model that has answered was paid for it: a refused key or a full quota leaves no output tokens. */
export function usageProves({ usage }: TurnEvidence): Proof {
  return usage !== null && usage.outputTokens > 0 ? "proven" : "unproven";
}

/** A value as a record; an empty one where it is none. */
export function record(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
