import type { AgentAdapter, BuiltInTool, ToolContext } from "../tool-entry.ts";
import type { FoundTool, ToolSource } from "./tool-source.ts";

/** How each tool that comes with cluster is made. Its package is loaded only then. */
const MAKERS = {
  async aider(entry, context) {
    const { aiderAdapter } = await import("@cluster/adapter-aider");
    return aiderAdapter({
      extraArguments: [...(entry.args ?? []), ...context.args],
      ...(context.model === undefined ? {} : { model: context.model }),
      ...(entry.executable === undefined ? {} : { executable: entry.executable }),
    });
  },
} as const satisfies Record<
  string,
  (entry: BuiltInTool, context: ToolContext) => Promise<AgentAdapter>
>;

/** Makes a built-in tool with the options of a configuration. */
export async function makeBuiltIn(entry: BuiltInTool, context: ToolContext): Promise<AgentAdapter> {
  return await MAKERS[entry.use](entry, context);
}

/** The tools that come with cluster. */
export function builtInTools(): ToolSource {
  const names = Object.keys(MAKERS) as (keyof typeof MAKERS)[];
  return {
    names: async () => names,
    async find(wanted): Promise<FoundTool | undefined> {
      const use = names.find((name) => name === wanted);
      if (use === undefined) return undefined;
      return {
        origin: "built in",
        kind: "agent",
        make: (context) => makeBuiltIn({ use }, context),
      };
    },
  };
}
