import type { Usage } from "@cluster/manager";
import type { AttemptResult } from "../contract/executor.ts";
import { costOf, type Price } from "../contract/price.ts";
import type { Taken } from "./budget.ts";

/** What an attempt cost: what its tool says, else what its tokens come to, else nobody knows. */
export function pricedResult(result: AttemptResult, price: Price | null): AttemptResult {
  const { evidence } = result;
  const { usage, costUsd } = evidence;
  if (price === null || costUsd !== "unknown" || usage === "unknown") return result;
  return { ...result, evidence: { ...evidence, costUsd: costOf(usage, price) } };
}

/** What a budget counts for an attempt. A request that was refused as such is not billed. */
export function takenBy({ failure, evidence }: AttemptResult): Taken {
  const refused = failure?.failureClass === "quota" || failure?.failureClass === "auth";
  const untold = refused ? 0 : null;
  const { usage, costUsd } = evidence;
  return {
    costUsd: costUsd === "unknown" ? untold : costUsd,
    tokens: usage === "unknown" ? untold : tokensOf(usage),
  };
}

/** Input and output together. */
export function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}
