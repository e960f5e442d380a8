import type { ToolAdapter } from "@cluster/manager";

/** The choices, in the order from most to least forgetful. */
export const TASK_CONTEXTS = ["fresh", "reset", "conversation"] as const;

/**
 * What a task's tool knows of the tasks before it on the same instance.
 * - `fresh`: nothing; each attempt has a process of its own, prepared while the one before it works
 * - `reset`: nothing that the tool can forget; the process stays
 * - `conversation`: everything; the process and its context stay
 */
export type TaskContext = (typeof TASK_CONTEXTS)[number];

/** What a run chooses that is not told. */
export function defaultContext(
  tool: Pick<ToolAdapter<never, unknown>, "capabilities">,
): TaskContext {
  return tool.capabilities?.quickStart === true ? "fresh" : "reset";
}
