import type { BudgetReport } from "../contract/report.ts";
import type { BudgetState } from "../schedule/budget.ts";
import type { MeterState } from "../schedule/meter.ts";

/** What a run's limits are, and how much of them was taken; `null` where there are none. */
export function budgetReport({
  cost,
  tokens,
  timeMs,
  maxTimeMs,
}: BudgetState): BudgetReport | null {
  const limited = [cost.limit, tokens.limit, maxTimeMs].some((limit) => Number.isFinite(limit));
  if (!limited) return null;
  return {
    costUsd: limitReport(cost),
    tokens: limitReport(tokens),
    timeMs: Number.isFinite(maxTimeMs) ? { limit: maxTimeMs, taken: timeMs } : null,
  };
}

function limitReport({ limit, taken, assumed, untold }: MeterState): BudgetReport["costUsd"] {
  return Number.isFinite(limit) ? { limit, taken, assumed, untold } : null;
}
