import type { ToolProbe } from "@cluster/batch";
import type { ClusterConfig } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { CliError } from "../exit/cli-error.ts";
import { findTool } from "./resolve-tool.ts";

/** What a tool answers when it is asked whether it is there. */
export type ProbedTool =
  | { readonly name: string; readonly probe: ToolProbe }
  /** Its adapter cannot tell; or it is not asked, since that would run somebody else's code. */
  | { readonly name: string; readonly probe: null; readonly unasked?: true };

/** As {@link probeTool}, but leaves somebody else's code alone. */
export async function probeOwnTool(
  name: string,
  { config, foreign }: Pick<LoadedConfig, "config" | "foreign">,
  cwd: string,
): Promise<ProbedTool> {
  return (await isForeign(name, { config, foreign }, cwd))
    ? { name, probe: null, unasked: true }
    : await probeTool(name, config, cwd);
}

/** Whether a tool came with the repository, or in a package: only who names it has it started. */
export async function isForeign(
  name: string,
  { config, foreign }: Pick<LoadedConfig, "config" | "foreign">,
  cwd: string,
): Promise<boolean> {
  return foreign.has(name) || (await findTool(name, { config, cwd })).foreign === true;
}

/** Asks a tool whether it is there; a tool that cannot even be made is not. */
export async function probeTool(
  name: string,
  config: ClusterConfig,
  cwd: string,
): Promise<ProbedTool> {
  try {
    const tool = await findTool(name, { config, cwd });
    const adapter = await tool.make({ args: [], model: undefined, cwd });
    return { name, probe: adapter.probe === undefined ? null : await adapter.probe() };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const remedy = (thrown instanceof CliError && thrown.remedy) || "Mend it in the configuration.";
    return { name, probe: { installed: false, reason, remedy } };
  }
}
