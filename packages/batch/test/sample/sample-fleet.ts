import type { RunOptions, TaskInput } from "@cluster/batch";
import type { Bench } from "./sample-run.ts";

export type Tool = Bench["tool"];

/** The same tool by another name, which is told something more with each task, and counts its starts. */
export function variant(tool: Tool, name: string, directive = ""): Tool & { starts: number } {
  const other = {
    ...tool,
    name,
    starts: 0,
    command: (...args: Parameters<Tool["command"]>) => {
      other.starts += 1;
      return tool.command(...args);
    },
    connect(...process: Parameters<Tool["connect"]>) {
      const connection = tool.connect(...process);
      return {
        ...connection,
        run: (...[request, context]: Parameters<typeof connection.run>) =>
          connection.run({ ...request, message: `${request.message} ${directive}` }, context),
      };
    },
  };
  return other;
}

/** The run options of a fleet of these tools, with so many instances each. */
export function fleetOf(
  tools: Readonly<Record<string, readonly [Tool, number]>>,
): Pick<RunOptions, "tool" | "tools" | "fleet" | "workers"> & { readonly workers: number } {
  const [first] = Object.values(tools);
  return {
    tool: (first as readonly [Tool, number])[0],
    tools: Object.fromEntries(Object.entries(tools).map(([name, [tool]]) => [name, tool])),
    fleet: Object.fromEntries(
      Object.entries(tools).map(([name, [, workers]]) => [name, { workers }]),
    ),
    workers: Object.values(tools).reduce((sum, [, workers]) => sum + workers, 0),
  };
}

/** One task for each file of a sample. */
export const tasksOf = (sample: Bench, prompt = "x", more: Partial<TaskInput> = {}): TaskInput[] =>
  sample.repository.files.map((file) => ({ prompt, files: [file], ...more }));
