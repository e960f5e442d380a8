import type { LandingPlace } from "../contract/site.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { Recorder } from "./recorder.ts";

/**
 * Uses fewer instances where not all of their worktrees have room on the disk, and says so.
 * @param places how many worktrees so many instances need
 * @throws {WorkspaceError} DISK_LIMIT, DISK_FULL when there is room for none
 */
export async function fitToDisk(
  branch: LandingPlace,
  compiled: CompiledOptions,
  recorder: Recorder,
  places: (instances: number) => number,
): Promise<CompiledOptions> {
  if (branch.room === undefined) return compiled;
  const { worktrees, limit } = await branch.room();
  const fits = (instances: number): boolean => places(instances) <= worktrees;
  const { workers, ahead } = compiled;
  let fewer = workers;
  while (fewer > 1 && !fits(fewer)) fewer -= 1;
  if (fewer < workers) {
    recorder.warn(`There is room for ${fewer} of ${workers} workers: ${limit}.`);
  }
  return {
    ...compiled,
    workers: fewer,
    ahead: fits(fewer + ahead) ? ahead : 0,
    mostInstances: worktrees,
  };
}
