import type { AgentResult, AgentTask, ToolAdapter } from "@cluster/manager";
import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import type { RunOptions } from "./options.ts";

type Tool = ToolAdapter<AgentTask, AgentResult>;

/** The run's own tool, and the others by the names that tasks give them. */
export type GivenTools = Pick<RunOptions, "tool" | "tools">;

/**
 * Refuses tasks that name a tool which the run was not given.
 * @throws {BatchError} TOOL_UNKNOWN; OPTION_INVALID when what is given is no tool
 */
export function checkTools(
  tasks: readonly Pick<TaskInput, "tool" | "files">[],
  given: GivenTools,
): void {
  for (const [name, tool] of Object.entries(given.tools ?? {})) {
    if (typeof tool?.command === "function" && typeof tool.connect === "function") continue;
    throw new BatchError(
      "OPTION_INVALID",
      `tools.${name}: expected a ToolAdapter with the functions command and connect, found ${typeof tool}.`,
    );
  }
  for (const [i, { tool }] of tasks.entries()) {
    if (tool === undefined || toolOf(tool, given) !== undefined) continue;
    const known = [...new Set([given.tool.name, ...Object.keys(given.tools ?? {})])];
    throw new BatchError(
      "TOOL_UNKNOWN",
      `Task ${i + 1} of ${tasks.length}: expected a tool of the run (${known.join(", ")}), found "${tool}". Give it with tools.`,
    );
  }
}

/** The tool that a task means; the run's own where it names none. */
export function toolOf(
  name: string | undefined,
  { tool, tools = {} }: GivenTools,
): Tool | undefined {
  if (name === undefined) return tool;
  if (Object.hasOwn(tools, name)) return tools[name];
  return name === tool.name ? tool : undefined;
}

/** One tool of a run, and what is done with it. */
export interface ToolShare {
  readonly tool: Tool;
  /** The first of the names that it has among the tasks. */
  readonly name: string;
  readonly tasks: number;
}

/** How many tasks each tool has; the run's own is there even with none, if no other is. */
export function toolShares(
  tasks: readonly Pick<TaskInput, "tool">[],
  given: GivenTools,
): readonly ToolShare[] {
  const shares = new Map<Tool, ToolShare>();
  for (const { tool: name } of tasks) {
    const tool = toolOf(name, given) ?? given.tool;
    const share = shares.get(tool) ?? { tool, name: name ?? tool.name, tasks: 0 };
    shares.set(tool, { ...share, tasks: share.tasks + 1 });
  }
  if (shares.size > 0) return [...shares.values()];
  return [{ tool: given.tool, name: given.tool.name, tasks: 0 }];
}
