import { countWelcome, isAvoided } from "../choosing/avoid.ts";
import { position } from "../choosing/position.ts";
import type { Strategy } from "./strategy.ts";

/**
 * One after the other. Whose turn it is follows from the request's sequence number, so over any
 * stretch of requests with the same candidates no instance gets two more than another.
 */
export const roundRobin: Strategy = {
  name: "round-robin",
  pick(candidates, request) {
    if (candidates.length === 0) return null;
    const welcome = countWelcome(candidates, request);
    if (welcome === 0 || welcome === candidates.length) {
      return candidates[position(request, candidates.length)] ?? null;
    }
    let before = position(request, welcome);
    for (const candidate of candidates) {
      if (isAvoided(candidate, request)) continue;
      if (before === 0) return candidate;
      before -= 1;
    }
    return null;
  },
};
