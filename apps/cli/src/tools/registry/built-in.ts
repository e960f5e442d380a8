import { usageError } from "../../exit/cli-error.ts";
import {
  ACP_AGENTS,
  type AgentAdapter,
  BUILT_IN_TOOLS,
  type BuiltInTool,
  type ToolContext,
} from "../tool-entry.ts";
import type { FoundTool, ToolSource } from "./tool-source.ts";

type Maker = (entry: BuiltInTool, context: ToolContext) => Promise<AgentAdapter>;

/** How each tool that comes with cluster is made. Its package is loaded only then. */
const MAKERS: Readonly<Record<BuiltInTool["use"], Maker>> = {
  ...(Object.fromEntries(ACP_AGENTS.map((name) => [name, acpMaker(name)])) as AcpMakers),
  async aider(entry, context) {
    for (const name of ["sessionsPerProcess", "repositorySettings", "policy"] as const) {
      if (entry[name] === undefined) continue;
      throw usageError(`aider has no ${name}: that is for agents that speak ACP.`);
    }
    const { aiderAdapter } = await import("@cluster/adapter-aider");
    return aiderAdapter({
      extraArguments: [...(entry.args ?? []), ...context.args],
      folder: context.cwd,
      ...(context.model === undefined ? {} : { model: context.model }),
      ...(entry.executable === undefined ? {} : { executable: entry.executable }),
    });
  },
};

type AcpMakers = Record<(typeof ACP_AGENTS)[number], Maker>;

function acpMaker(name: (typeof ACP_AGENTS)[number]): Maker {
  return async (entry, context) => {
    const { acpAdapter } = await import("@cluster/adapter-acp");
    return acpAdapter(name, {
      extraArguments: [...(entry.args ?? []), ...context.args],
      ...(context.model === undefined ? {} : { model: context.model }),
      ...(entry.executable === undefined ? {} : { executable: entry.executable }),
      ...(entry.sessionsPerProcess === undefined
        ? {}
        : { sessionsPerProcess: entry.sessionsPerProcess }),
      ...(entry.repositorySettings === undefined
        ? {}
        : { repositorySettings: entry.repositorySettings }),
      ...(entry.policy === undefined ? {} : { policy: entry.policy }),
    });
  };
}

/** Makes a built-in tool with the options of a configuration. */
export async function makeBuiltIn(entry: BuiltInTool, context: ToolContext): Promise<AgentAdapter> {
  const model = context.model ?? entry.model;
  return await MAKERS[entry.use](entry, { ...context, model });
}

/** The tools that come with cluster. */
export function builtInTools(): ToolSource {
  return {
    names: async () => BUILT_IN_TOOLS,
    async find(wanted): Promise<FoundTool | undefined> {
      const use = BUILT_IN_TOOLS.find((name) => name === wanted);
      if (use === undefined) return undefined;
      return {
        origin: "built in",
        kind: "agent",
        make: (context) => makeBuiltIn({ use }, context),
      };
    },
  };
}
