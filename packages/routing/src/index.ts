export { ROUTING_ERROR_CODES, RoutingError, type RoutingErrorCode } from "./errors.ts";
export { latencyAware } from "./strategy/latency-aware.ts";
export { leastBusy } from "./strategy/least-busy.ts";
export { roundRobin } from "./strategy/round-robin.ts";
export { sharedQueue } from "./strategy/shared-queue.ts";
export { sticky } from "./strategy/sticky.ts";
export type { Candidate, RoutingRequest, Strategy } from "./strategy/strategy.ts";
export {
  STRATEGIES,
  STRATEGY_NAMES,
  type StrategyName,
  strategyNamed,
} from "./strategy/strategy-named.ts";
export { twoChoices } from "./strategy/two-choices.ts";
export { weighted } from "./strategy/weighted.ts";
