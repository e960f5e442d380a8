import type { Usage } from "@cluster/manager";
import type { Spending } from "../contract/evidence.ts";

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };

/** Before the first call. */
export const NOTHING_SPENT: Spending = {
  usage: NO_USAGE,
  costUsd: 0,
  knownUsage: NO_USAGE,
  knownCostUsd: 0,
};

/** Adds what one attempt or task spent. A sum with an unknown part is unknown; its known part goes on. */
export function addSpending(
  sum: Spending,
  part: Partial<Spending> & Pick<Spending, "usage" | "costUsd">,
): Spending {
  const usage = part.knownUsage ?? (part.usage === "unknown" ? NO_USAGE : part.usage);
  const cost = part.knownCostUsd ?? (part.costUsd === "unknown" ? 0 : part.costUsd);
  return {
    usage:
      sum.usage === "unknown" || part.usage === "unknown"
        ? "unknown"
        : addUsage(sum.usage, part.usage),
    costUsd:
      sum.costUsd === "unknown" || part.costUsd === "unknown"
        ? "unknown"
        : sum.costUsd + part.costUsd,
    knownUsage: addUsage(sum.knownUsage, usage),
    knownCostUsd: sum.knownCostUsd + cost,
  };
}

function addUsage(a: Usage, b: Usage): Usage {
  const calls = (a.modelCalls ?? 0) + (b.modelCalls ?? 0);
  const counted = a.modelCalls !== undefined || b.modelCalls !== undefined;
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(counted ? { modelCalls: calls } : {}),
  };
}
