import { inheritedEnvironment, type ToolAdapter } from "@cluster/manager";
import type { Site } from "../contract/site.ts";

/**
 * The same tool, with what git needs to be told in a workspace: the user as author, no garbage
 * collection under its neighbours, none of the user's hooks.
 */
export function inWorkspaces<Request, Result>(
  adapter: ToolAdapter<Request, Result>,
  site: Site,
): ToolAdapter<Request, Result> {
  const { name, capabilities, host } = adapter;
  return {
    name,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(host === undefined ? {} : { host }),
    async command(slot, request) {
      const command = await adapter.command(slot, request);
      const env = command.env ?? inheritedEnvironment();
      return { ...command, env: { ...env, ...site.workspaceEnvironment(env) } };
    },
    connect: (process, slot) => adapter.connect(process, slot),
  };
}
