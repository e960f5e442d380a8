import type { PoolOptions, RunOptions } from "@cluster/pool";
import { type Strategy, type StrategyName, sharedQueue, strategyNamed } from "@cluster/routing";
import { invalidOption } from "../errors/manager-error.ts";

/** How to launch a cluster. All options of a pool may stand here too. */
export interface ClusterOptions<Request, Result>
  extends Omit<PoolOptions<Request, Result>, "adapter" | "size"> {
  /** How many instances. @default 3 */
  readonly count?: number;
  /** Who gets a request: the name of a strategy, or one of your own. @default "shared-queue" */
  readonly routing?: StrategyName | Strategy;
  /**
   * What an instance's share of the requests is to those of the others, for the routing "weighted" and
   * for strategies of your own. @default 1
   */
  readonly weight?: (instance: number) => number;
  /**
   * How many finished responses are kept for `read` and `readAny`. Beyond that the oldest is let go:
   * there is an event, and the next reader is told. `Infinity` keeps all. @default 1_000
   */
  readonly maxUnread?: number;
}

/** Where and how long one request may run. What is absent is the cluster's. */
export interface SendOptions extends Omit<RunOptions, "instance" | "whenGone"> {
  /**
   * Requests with one key reach the same instance while its process lives, whatever the routing.
   * For requests that share context, a conversation is better: nobody else's come between.
   */
  readonly key?: string;
  /** 1 for the first try of a request; a higher number goes elsewhere with round-robin. @default 1 */
  readonly attempt?: number;
}

/** What of it is the pool's. */
export function poolOptions({ attempt: _attempt, ...options }: SendOptions): RunOptions {
  return options;
}

/** The cluster's own options, with their defaults, and the pool's. */
export interface CompiledClusterOptions<Request, Result> {
  readonly strategy: Strategy;
  readonly weight: ((instance: number) => number) | undefined;
  readonly maxUnread: number;
  readonly pool: Omit<PoolOptions<Request, Result>, "adapter"> & { readonly size: number };
}

/**
 * @throws {ManagerError} OPTION_INVALID
 * @throws {RoutingError} STRATEGY_UNKNOWN
 */
export function compileClusterOptions<Request, Result>(
  options: ClusterOptions<Request, Result>,
): CompiledClusterOptions<Request, Result> {
  const { count = 3, routing = sharedQueue, weight, maxUnread = 1_000, ...pool } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw invalidOption("count", "a whole number of at least 1", count);
  }
  if (maxUnread !== Number.POSITIVE_INFINITY && !(Number.isInteger(maxUnread) && maxUnread >= 0)) {
    throw invalidOption("maxUnread", "a whole number of at least 0, or Infinity", maxUnread);
  }
  if (weight !== undefined && typeof weight !== "function") {
    throw invalidOption("weight", "a function of the instance", weight);
  }
  for (const [option, instead] of [
    ["size", "count"],
    ["adapter", "the first argument"],
  ] as const) {
    if (option in pool) {
      throw invalidOption(option, `nothing: a cluster takes ${instead}`, Reflect.get(pool, option));
    }
  }
  return { strategy: compileRouting(routing), weight, maxUnread, pool: { ...pool, size: count } };
}

function compileRouting(routing: StrategyName | Strategy): Strategy {
  if (typeof routing === "string") return strategyNamed(routing);
  if (typeof routing?.pick === "function" && typeof routing.name === "string") return routing;
  throw invalidOption(
    "routing",
    "the name of a strategy, or an object with name and pick",
    routing,
  );
}
