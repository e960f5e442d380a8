import type { TaskInput } from "@cluster/batch";
import type { ClusterConfig } from "../config/config.ts";
import type { ResolvedCrew } from "./resolve-crew.ts";
import { resolveTool, toolNames } from "./resolve-tool.ts";
import type { AgentAdapter, ToolContext } from "./tool-entry.ts";

/**
 * The tools of a run, and those that tasks name besides, by their names. Raw arguments are for the run's own
 * tool.
 * @throws {CliError} usage, as {@link resolveTool}
 */
export async function resolveTools(
  crew: ResolvedCrew,
  tasks: readonly Pick<TaskInput, "tool">[],
  config: ClusterConfig,
  context: Omit<ToolContext, "args">,
): Promise<Readonly<Record<string, AgentAdapter>>> {
  const tools: Record<string, AgentAdapter> = { ...crew.tools };
  const known = await toolNames(config, context.cwd);
  for (const { tool: name } of tasks) {
    if (name === undefined || Object.hasOwn(tools, name)) continue;
    if (name === crew.name) tools[name] = crew.adapter;
    // Another one is something that a tool can do, or is refused by the run.
    else if (known.includes(name) || !crew.words.includes(name)) {
      tools[name] = await resolveTool(name, config, { ...context, args: [] });
    }
  }
  return tools;
}
