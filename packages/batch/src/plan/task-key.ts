import { createHash } from "node:crypto";
import type { Task, TaskInput } from "../contract/task.ts";

/** What a task inherits from its run, where it says nothing itself. */
export interface TaskDefaults {
  readonly tool: string;
  readonly model: string | null;
  readonly verify: string | null;
}

/**
 * Gives each task its key: a hash of prompt, paths, tool, model and verify command, and an ordinal
 * among equals. A changed list of tasks therefore leaves the keys of the others alone.
 */
export function keyTasks(inputs: readonly TaskInput[], defaults: TaskDefaults): Task[] {
  const seen = new Map<string, number>();
  return inputs.map((input, index) => {
    const hash = hashOf(input, defaults);
    const ordinal = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, ordinal);
    return { ...input, index, id: ordinal === 1 ? hash : `${hash}-${ordinal}` };
  });
}

function hashOf(input: TaskInput, defaults: TaskDefaults): string {
  const content = JSON.stringify([
    input.prompt,
    input.files,
    input.readOnlyFiles ?? [],
    defaults.tool,
    input.model ?? defaults.model,
    input.verify ?? defaults.verify,
  ]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
