import { isAvoided } from "../choosing/avoid.ts";
import { position } from "../choosing/position.ts";
import type { Strategy } from "./strategy.ts";

/**
 * The one with the fewest requests in flight. Among equals it is whose turn it is by the request's
 * sequence number, so that an idle cluster does not give everything to the first instance.
 */
export const leastBusy: Strategy = {
  name: "least-busy",
  pick(candidates, request) {
    const count = candidates.length;
    if (count === 0) return null;
    const first = position(request, count);
    let best = null;
    let bestAvoided = true;
    for (let step = 0; step < count; step += 1) {
      const at = first + step;
      const candidate = candidates[at < count ? at : at - count];
      if (candidate === undefined) continue;
      const avoided = isAvoided(candidate, request);
      if (avoided && !bestAvoided) continue;
      if (best === null || (bestAvoided && !avoided) || candidate.inFlight < best.inFlight) {
        best = candidate;
        bestAvoided = avoided;
      }
    }
    return best;
  },
};
