import type { RoutingRequest } from "../strategy/strategy.ts";

/** Whose turn it is among `count`: derived from the request, for any numbers that it carries. */
export function position(request: RoutingRequest, count: number): number {
  const rest = Math.trunc(request.sequence + request.attempt - 1) % count;
  return rest < 0 ? rest + count : rest || 0;
}
