import type { ClusterConfig } from "../config/config.ts";
import { nearest } from "../config/nearest.ts";
import { usageError } from "../exit/cli-error.ts";
import { type RegistryOptions, toolRegistry } from "./registry/registry.ts";
import type { FoundTool } from "./registry/tool-source.ts";
import type { AgentAdapter, ToolContext } from "./tool-entry.ts";

/** The tool of a run that names none. */
export const DEFAULT_TOOL = "aider";

/** The names that `--tool` takes, the usual one first. */
export async function toolNames(config: ClusterConfig, cwd: string): Promise<readonly string[]> {
  return [...new Set([DEFAULT_TOOL, ...(await toolRegistry({ config, cwd }).agents())])];
}

/**
 * A tool by its name, wherever it comes from.
 * @throws {CliError} usage, with the names that there are.
 */
export async function findTool(name: string, options: RegistryOptions): Promise<FoundTool> {
  const registry = toolRegistry(options);
  const found = await registry.find(name);
  if (found !== undefined) return found;
  const names = [...new Set([DEFAULT_TOOL, ...(await registry.agents())])];
  const meant = nearest(name, names);
  throw usageError(
    `There is no tool "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`} Known: ${names.join(", ")}.`,
    "A tool of your own stands in the configuration, under tools, or in a file: cluster tools add FILE.",
  );
}

/**
 * The adapter of a tool, made for one run.
 * @throws {CliError} usage, when the name is unknown or what it names makes no adapter.
 */
export async function resolveTool(
  name: string,
  config: ClusterConfig,
  context: ToolContext,
): Promise<AgentAdapter> {
  const found = await findTool(name, { config, cwd: context.cwd });
  if (found.kind === "text") {
    throw usageError(
      `The tool ${name} answers, and edits no files: cluster run takes agents.`,
      `cluster tools try ${name} speaks with it. If it does edit files, its definition says kind: agent.`,
    );
  }
  return await found.make(context);
}
