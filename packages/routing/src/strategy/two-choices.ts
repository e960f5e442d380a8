import { isAvoided } from "../choosing/avoid.ts";
import { chanceOf } from "../choosing/chance.ts";
import type { Candidate, RoutingRequest, Strategy } from "./strategy.ts";

/**
 * Of two that chance names, the one with fewer requests in flight. Hardly worse than the least busy of
 * all, at the same cost for a thousand candidates as for five; and where several routers choose from
 * the same old figures, they do not all run to the same one.
 */
export const twoChoices: Strategy = {
  name: "two-choices",
  pick(candidates, request) {
    const count = candidates.length;
    if (count < 2) return candidates[0] ?? null;
    // One throw for both: which pair it is, of all that there are.
    const pair = Math.floor(chanceOf(request) * count * (count - 1));
    const first = pair % count;
    const second = (first + 1 + Math.floor(pair / count)) % count;
    const one = candidates[first];
    const other = candidates[second];
    if (one === undefined || other === undefined) return null;
    if (request.avoid === undefined) return other.inFlight < one.inFlight ? other : one;
    return amongWelcome(candidates, request, first, one, other);
  },
};

function amongWelcome<C extends Candidate>(
  candidates: readonly C[],
  request: RoutingRequest,
  from: number,
  one: C,
  other: C,
): C {
  const busier = other.inFlight < one.inFlight;
  const less = busier ? other : one;
  if (!isAvoided(less, request)) return less;
  const more = busier ? one : other;
  if (!isAvoided(more, request)) return more;
  for (let step = 1; step < candidates.length; step += 1) {
    const next = candidates[(from + step) % candidates.length];
    if (next !== undefined && !isAvoided(next, request)) return next;
  }
  return less;
}
