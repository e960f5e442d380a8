import { createHash } from "node:crypto";
import type { Task, TaskInput } from "../contract/task.ts";
import { linkTasks } from "./link-tasks.ts";

/** What a task inherits from its run, where it says nothing itself. */
export interface TaskDefaults {
  readonly tool: string;
  readonly model: string | null;
  readonly verify: string | null;
}

/**
 * Gives each task its key: a hash of prompt, paths, tool, model and verify command, and an ordinal
 * among equals. A changed list of tasks therefore leaves the keys of the others alone, and so does what a
 * task is called and waits for: work that was done is not done again for that.
 * @throws {BatchError} NAME_TAKEN, DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE
 */
export function keyTasks(inputs: readonly TaskInput[], defaults: TaskDefaults): Task[] {
  const links = linkTasks(inputs);
  const seen = new Map<string, number>();
  const ids = inputs.map((input) => {
    const hash = hashOf(input, defaults);
    const ordinal = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, ordinal);
    return ordinal === 1 ? hash : `${hash}-${ordinal}`;
  });
  return inputs.map(({ after: _, ...input }, index) => {
    const after = (links[index] ?? []).map((place) => ids[place] as string);
    return {
      ...input,
      index,
      id: ids[index] as string,
      ...(after.length === 0 ? {} : { after }),
    };
  });
}

function hashOf(input: TaskInput, defaults: TaskDefaults): string {
  const content = JSON.stringify([
    input.prompt,
    input.files,
    input.readOnlyFiles ?? [],
    input.tool ?? defaults.tool,
    input.model ?? defaults.model,
    input.verify ?? defaults.verify,
  ]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
