import { RoutingError } from "../errors.ts";
import { latencyAware } from "./latency-aware.ts";
import { leastBusy } from "./least-busy.ts";
import { roundRobin } from "./round-robin.ts";
import { sharedQueue } from "./shared-queue.ts";
import { sticky } from "./sticky.ts";
import type { Strategy } from "./strategy.ts";
import { twoChoices } from "./two-choices.ts";
import { weighted } from "./weighted.ts";

/**
 * - `shared-queue`: whoever is free; the default
 * - `round-robin`: one after the other
 * - `least-busy`: the one with the fewest requests in flight
 * - `sticky`: one key, one instance; without a key the first
 * - `two-choices`: the less busy of two that chance names
 * - `weighted`: each in proportion to its weight
 * - `latency-aware`: where the answer is likely to come first
 */
export type StrategyName =
  | "shared-queue"
  | "round-robin"
  | "least-busy"
  | "sticky"
  | "two-choices"
  | "weighted"
  | "latency-aware";

/** Every strategy that has a name, by its name. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  "shared-queue": sharedQueue,
  "round-robin": roundRobin,
  "least-busy": leastBusy,
  sticky,
  "two-choices": twoChoices,
  weighted,
  "latency-aware": latencyAware,
};

/** The names of all strategies; the first is the default one. */
export const STRATEGY_NAMES: readonly StrategyName[] = Object.keys(STRATEGIES) as StrategyName[];

/**
 * The strategy with this name, which may come from a command line or a file.
 * @throws {RoutingError} STRATEGY_UNKNOWN
 */
export function strategyNamed(name: string): Strategy {
  if (typeof name === "string" && Object.hasOwn(STRATEGIES, name)) {
    return STRATEGIES[name as StrategyName];
  }
  throw new RoutingError(
    "STRATEGY_UNKNOWN",
    `Expected the name of a routing strategy, one of ${STRATEGY_NAMES.join(", ")}; found ${describe(name)}.`,
  );
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : `${String(value)} (${typeof value})`;
}
