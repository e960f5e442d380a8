import type { TaskInput } from "@cluster/batch";
import type { ClusterConfig } from "../config/config.ts";
import { resolveTool } from "./resolve-tool.ts";
import type { AgentAdapter, ToolContext } from "./tool-entry.ts";

/** A run's own tool, by the name that the command line gives it. */
export interface OwnTool {
  readonly name: string;
  readonly adapter: AgentAdapter;
}

/**
 * The tools that tasks name, by those names. Raw arguments are for the run's own tool.
 * @throws {CliError} usage, as {@link resolveTool}
 */
export async function resolveTools(
  own: OwnTool,
  tasks: readonly Pick<TaskInput, "tool">[],
  config: ClusterConfig,
  context: Omit<ToolContext, "args">,
): Promise<Readonly<Record<string, AgentAdapter>>> {
  const tools: Record<string, AgentAdapter> = {};
  for (const { tool: name } of tasks) {
    if (name === undefined || Object.hasOwn(tools, name)) continue;
    const isOwn = name === own.name;
    tools[name] = isOwn ? own.adapter : await resolveTool(name, config, { ...context, args: [] });
  }
  return tools;
}
