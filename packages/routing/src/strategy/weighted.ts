import { countWelcome, isAvoided } from "../choosing/avoid.ts";
import { evenChanceOf } from "../choosing/chance.ts";
import type { Candidate, Strategy } from "./strategy.ts";

/**
 * Each in proportion to its weight, evenly spread: over any stretch of requests, nobody is far from
 * its share. One with the weight 0 gets something only when there is no other.
 */
export const weighted: Strategy = {
  name: "weighted",
  pick(candidates, request) {
    const anyone = countWelcome(candidates, request) === 0;
    let total = 0;
    let count = 0;
    for (const candidate of candidates) {
      if (!anyone && isAvoided(candidate, request)) continue;
      total += weightOf(candidate);
      count += 1;
    }
    const equal = total === 0;
    let point = evenChanceOf(request) * (equal ? count : total);
    let last = null;
    for (const candidate of candidates) {
      if (!anyone && isAvoided(candidate, request)) continue;
      const weight = equal ? 1 : weightOf(candidate);
      if (weight === 0) continue;
      last = candidate;
      point -= weight;
      if (point < 0) break;
    }
    return last;
  },
};

function weightOf({ weight = 1 }: Candidate): number {
  return weight > 0 && weight < Number.POSITIVE_INFINITY ? weight : 0;
}
