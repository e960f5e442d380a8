import type { RunFlags } from "../command/run-flags.ts";
import type { ClusterConfig } from "../config/config.ts";
import { type RunSettings, runSettings } from "../run/settings.ts";
import { type ResolvedCrew, resolveCrew } from "../tools/resolve-crew.ts";

/** One of the tools that are compared, with what its run is told. */
export interface Contender {
  readonly name: string;
  readonly flags: RunFlags;
  readonly settings: RunSettings;
  readonly crew: ResolvedCrew;
}

/** A tool as it does the tasks by itself: nothing of it lands in the user's branch. */
export async function contender(
  name: string,
  flags: RunFlags,
  config: ClusterConfig,
  cwd: string,
): Promise<Contender> {
  const own: RunFlags = { ...flags, tool: name, land: { as: "branch" } };
  const settings = runSettings(own, config, [], cwd);
  const { model } = settings;
  const crew = await resolveCrew(settings.crew, config, { args: [], model, cwd });
  return { name, flags: own, settings, crew };
}

/** What a trial of first tasks and raw arguments are for is one run of one tool. */
export function configOfComparison(config: ClusterConfig): ClusterConfig {
  const { canary: _, canaryVerify: __, ...others } = config;
  return others;
}
