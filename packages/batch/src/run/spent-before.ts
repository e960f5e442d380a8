import type { AttemptRecord, Journal, JournalEntry } from "../contract/journal.ts";
import type { Crew } from "../crew/crew.ts";
import { pricedResult, takenBy, tokensOf } from "../schedule/attempt-cost.ts";
import type { SpentBefore, Taken } from "../schedule/budget.ts";
import type { MeteredBefore } from "../schedule/meter.ts";
import { laneOf } from "../schedule/providers.ts";
import type { PriceList } from "./price-list.ts";

/** The largest attempt is looked for among those at so many tasks: a run may have a hundred thousand. */
const LOOKED_AT = 1_000;

/** What an attempt took, and what it was made with. */
interface TakenAs extends Taken {
  readonly kind: string;
}

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
  const taken = function* (entries: Iterable<JournalEntry>, most: number): Iterable<TakenAs> {
    let looked = 0;
    for (const { task, token } of entries) {
      if (token === 0) continue;
      looked += 1;
      if (looked > most) return;
      const [first = ""] = crew.candidates(task.tool).names;
      for (const attempt of journal.attempts(task.id)) {
        const tool = attempt.result?.evidence.tool ?? attempt.tool ?? first;
        const provider = { tool, model: task.model ?? model };
        yield { kind: laneOf(provider), ...takenByAttempt(attempt, priceOf(provider)) };
      }
    }
  };
  const { spent } = journal.tally();
  const known = spent.usage !== "unknown" && spent.costUsd !== "unknown";
  const costs = new Amounts();
  const tokens = new Amounts();
  // The largest of each kind; where the sums are known, what did not tell is none of those.
  for (const one of taken(journal.entries(), known ? LOOKED_AT : Number.POSITIVE_INFINITY)) {
    costs.note(one.kind, one.costUsd, !known);
    tokens.note(one.kind, one.tokens, !known);
  }
  if (known) {
    // Only what was cut short is not in the sum.
    for (const one of taken(journal.unfinished(), Number.POSITIVE_INFINITY)) {
      if (one.costUsd === null) costs.note(one.kind, null, true);
      if (one.tokens === null) tokens.note(one.kind, null, true);
    }
  }
  return {
    costUsd: known ? spent.knownCostUsd : costs.sum,
    tokens: known ? tokensOf(spent.knownUsage) : tokens.sum,
    costs: costs.kinds,
    tokenCounts: tokens.kinds,
  };
}

/** Money or tokens of attempts, by what these were made with. */
class Amounts {
  readonly kinds = new Map<string, MeteredBefore>();
  sum = 0;

  /** @param counts Whether one that did not tell is to be counted as such. */
  note(kind: string, amount: number | null, counts: boolean): void {
    const { untold, largest } = this.kinds.get(kind) ?? { untold: 0, largest: null };
    this.sum += amount ?? 0;
    this.kinds.set(kind, {
      untold: untold + (amount === null && counts ? 1 : 0),
      largest: amount === null ? largest : Math.max(largest ?? 0, amount),
    });
  }
}

function takenByAttempt({ result }: AttemptRecord, price: ReturnType<PriceList>): Taken {
  return result === null ? { costUsd: null, tokens: null } : takenBy(pricedResult(result, price));
}
