import type { Candidate, RoutingRequest } from "../strategy/strategy.ts";

/** Whether the request should keep away from this candidate. */
export function isAvoided(candidate: Candidate, request: RoutingRequest): boolean {
  return request.avoid?.includes(candidate.index) ?? false;
}

/** How many candidates the request need not keep away from. */
export function countWelcome(candidates: readonly Candidate[], request: RoutingRequest): number {
  if (request.avoid === undefined || request.avoid.length === 0) return candidates.length;
  let count = 0;
  for (const candidate of candidates) if (!isAvoided(candidate, request)) count += 1;
  return count;
}
