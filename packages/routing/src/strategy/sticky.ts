import { isAvoided } from "../choosing/avoid.ts";
import { hashKey, weigh } from "../choosing/rendezvous.ts";
import type { Strategy } from "./strategy.ts";

/**
 * With a key: the same instance as long as it is a candidate. When an instance goes, its keys spread
 * over the others and no other key moves; when it returns, its own keys return (rendezvous hashing).
 * Without a key: the first instance.
 */
export const sticky: Strategy = {
  name: "sticky",
  pick(candidates, request) {
    const keyHash = request.key === undefined ? null : hashKey(request.key);
    let best = null;
    let bestWeight = -1;
    let bestAvoided = true;
    for (const candidate of candidates) {
      const avoided = isAvoided(candidate, request);
      if (avoided && !bestAvoided) continue;
      const weight = keyHash === null ? 0 : weigh(keyHash, candidate.index);
      if (
        best === null ||
        (bestAvoided && !avoided) ||
        weight > bestWeight ||
        (weight === bestWeight && candidate.index < best.index)
      ) {
        best = candidate;
        bestWeight = weight;
        bestAvoided = avoided;
      }
    }
    return best;
  },
};
