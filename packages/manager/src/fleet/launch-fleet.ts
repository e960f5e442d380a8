import { Fleet } from "./fleet.ts";
import type { FleetOptions } from "./options.ts";

/**
 * Launches a fleet: so many instances of each tool at most. None is started before the first request that
 * it is to take, and only as many as there are requests.
 *
 *     await using crew = fleet({ aider: 3, gemini: 2 }, { tools: { aider, gemini } });
 *     await crew.run(task);                          // whichever is free first
 *     await crew.run(task, { capability: "edits" }); // any that can
 *     await crew.run(task, { tool: "gemini" });
 *
 * @param counts The most instances that each tool may have, 1 or more; the order is that of preference.
 * @throws {ManagerError} OPTION_INVALID
 * @throws {PoolError} OPTION_INVALID, for the options of the pools and for the tools
 */
export function fleet<Request, Result, Name extends string>(
  counts: Readonly<Record<Name, number>>,
  options: FleetOptions<Request, Result, Name>,
): Fleet<Request, Result, Name> {
  return new Fleet(counts, options);
}
