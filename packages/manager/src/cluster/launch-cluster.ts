import type { ToolAdapter } from "@cluster/pool";
import { Cluster } from "./cluster.ts";
import type { ClusterOptions } from "./options.ts";

/**
 * Launches several instances of a tool behind one object. Nothing needs to be awaited: requests wait
 * until an instance is ready; `await cluster.ready()` where that matters.
 *
 *     await using cluster = launchCluster(tool, { count: 5, routing: "least-busy" });
 *     console.log(await cluster.run("hello"));
 *
 * @throws {ManagerError} OPTION_INVALID
 * @throws {RoutingError} STRATEGY_UNKNOWN
 * @throws {PoolError} OPTION_INVALID, for the options of the pool and for the tool.
 */
export function launchCluster<Request, Result>(
  tool: ToolAdapter<Request, Result>,
  options: ClusterOptions<Request, Result> = {},
): Cluster<Request, Result> {
  return new Cluster(tool, options);
}
