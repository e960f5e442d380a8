import { isAvoided } from "../choosing/avoid.ts";
import { position } from "../choosing/position.ts";
import type { Candidate, Strategy } from "./strategy.ts";

/** After so long without news, half of a latency is forgotten. */
const HALF_FORGOTTEN_MS = 10_000;

/**
 * Where the request is likely to be answered first: latency times the requests that would then be in
 * flight. A latency fades with its age, so that one that was slow once is tried again; one that is not
 * known yet counts as the lowest that is. Among equals it is whose turn it is.
 */
export const latencyAware: Strategy = {
  name: "latency-aware",
  pick(candidates, request) {
    const count = candidates.length;
    if (count === 0) return null;
    let lowest = Number.POSITIVE_INFINITY;
    for (const candidate of candidates) {
      const latency = presentLatency(candidate);
      if (latency < lowest) lowest = latency;
    }
    if (lowest === Number.POSITIVE_INFINITY) lowest = 1;
    const first = position(request, count);
    let best = null;
    let bestCost = Number.POSITIVE_INFINITY;
    let bestAvoided = true;
    for (let step = 0; step < count; step += 1) {
      const at = first + step;
      const candidate = candidates[at < count ? at : at - count];
      if (candidate === undefined) continue;
      const avoided = isAvoided(candidate, request);
      if (avoided && !bestAvoided) continue;
      const known = presentLatency(candidate);
      const latency = known === Number.POSITIVE_INFINITY ? lowest : known;
      const cost = latency * (candidate.inFlight + 1);
      if (best === null || (bestAvoided && !avoided) || cost < bestCost) {
        best = candidate;
        bestCost = cost;
        bestAvoided = avoided;
      }
    }
    return best;
  },
};

/** Infinity when it is not known. */
function presentLatency({ latencyMs, latencyAgeMs }: Candidate): number {
  if (latencyMs === undefined || !(latencyMs >= 0)) return Number.POSITIVE_INFINITY;
  if (latencyAgeMs === undefined || !(latencyAgeMs > 0)) return latencyMs;
  return latencyMs * (HALF_FORGOTTEN_MS / (HALF_FORGOTTEN_MS + latencyAgeMs));
}
