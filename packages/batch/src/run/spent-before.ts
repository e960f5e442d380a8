import type { AttemptRecord, Journal, JournalEntry } from "../contract/journal.ts";
import type { Crew } from "../crew/crew.ts";
import { pricedResult, takenBy, tokensOf } from "../schedule/attempt-cost.ts";
import type { SpentBefore, Taken } from "../schedule/budget.ts";
import type { PriceList } from "./price-list.ts";

/** The largest attempt is looked for among those at so many tasks: a run may have a hundred thousand. */
const LOOKED_AT = 1_000;

/**
 * What earlier sessions of a run took, for its budget. Where something is unknown, attempt by attempt: a sum
 * does not say how many attempts are behind that. An attempt that was cut short took nobody knows what.
 */
export function spentBefore(
  journal: Journal,
  priceOf: PriceList,
  crew: Crew,
  model: string | null,
): SpentBefore {
  const taken = function* (entries: Iterable<JournalEntry>, most: number): Iterable<Taken> {
    let looked = 0;
    for (const { task, token } of entries) {
      if (token === 0) continue;
      looked += 1;
      if (looked > most) return;
      const [first = ""] = crew.candidates(task.tool).names;
      for (const attempt of journal.attempts(task.id)) {
        const tool = attempt.result?.evidence.tool ?? first;
        yield takenByAttempt(attempt, priceOf({ tool, model: task.model ?? model }));
      }
    }
  };
  const { spent } = journal.tally();
  const known = spent.usage !== "unknown" && spent.costUsd !== "unknown";
  const sum = {
    costUsd: known ? spent.knownCostUsd : 0,
    tokens: known ? tokensOf(spent.knownUsage) : 0,
    untoldCosts: 0,
    untoldTokens: 0,
    largestCostUsd: null as number | null,
    largestTokens: null as number | null,
  };
  for (const { costUsd, tokens } of taken(
    journal.entries(),
    known ? LOOKED_AT : Number.POSITIVE_INFINITY,
  )) {
    if (costUsd !== null) sum.largestCostUsd = Math.max(sum.largestCostUsd ?? 0, costUsd);
    if (tokens !== null) sum.largestTokens = Math.max(sum.largestTokens ?? 0, tokens);
    if (known) continue;
    sum.costUsd += costUsd ?? 0;
    sum.tokens += tokens ?? 0;
    sum.untoldCosts += costUsd === null ? 1 : 0;
    sum.untoldTokens += tokens === null ? 1 : 0;
  }
  if (!known) return sum;
  // Only what was cut short is not in the sum.
  for (const { costUsd, tokens } of taken(journal.unfinished(), Number.POSITIVE_INFINITY)) {
    sum.untoldCosts += costUsd === null ? 1 : 0;
    sum.untoldTokens += tokens === null ? 1 : 0;
  }
  return sum;
}

function takenByAttempt({ result }: AttemptRecord, price: ReturnType<PriceList>): Taken {
  return result === null ? { costUsd: null, tokens: null } : takenBy(pricedResult(result, price));
}
