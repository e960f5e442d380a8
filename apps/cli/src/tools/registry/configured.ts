import { pathToFileURL } from "node:url";
import type { ClusterConfig } from "../../config/config.ts";
import { importFailure, importQuietly } from "../../config/import-module.ts";
import { usageError } from "../../exit/cli-error.ts";
import type { AgentAdapter, ToolContext, ToolEntry, ToolFactory } from "../tool-entry.ts";
import { makeBuiltIn } from "./built-in.ts";
import { defaultExport, fromFactory } from "./exported-tool.ts";
import { installedPackage } from "./installed-packages.ts";
import { importPackage } from "./packaged.ts";
import type { ToolSource } from "./tool-source.ts";

async function fromModule(
  name: string,
  path: string,
  { cwd }: ToolContext,
): Promise<AgentAdapter | ToolFactory> {
  const installed = path.startsWith("/") ? undefined : await installedPackage(path, cwd);
  if (installed !== undefined) return await importPackage(installed);
  let loaded: Record<string, unknown>;
  try {
    loaded = await importQuietly(path.startsWith("/") ? pathToFileURL(path).href : path);
  } catch (cause) {
    throw usageError(
      `tools.${name}: cannot load ${path}: ${await importFailure(cause)}`,
      undefined,
      cause,
    );
  }
  return defaultExport(loaded, `tools.${name}`, path);
}

async function fromEntry(
  name: string,
  entry: ToolEntry,
  context: ToolContext,
): Promise<AgentAdapter> {
  const found = typeof entry === "string" ? await fromModule(name, entry, context) : entry;
  if (typeof found === "function") return await fromFactory(`tools.${name}`, found, context);
  if ("use" in found) return await makeBuiltIn(found, context);
  if (context.args.length > 0) {
    throw usageError(
      `The tool ${name} takes no raw arguments: it is an adapter that is already made.`,
      `Make tools.${name} a function that returns one; it gets { args }.`,
    );
  }
  return found;
}

/** The tools that the configuration names. */
export function configuredTools(config: ClusterConfig): ToolSource {
  const tools = config.tools ?? {};
  return {
    names: async () => Object.keys(tools),
    async find(name) {
      const entry = Object.hasOwn(tools, name) ? tools[name] : undefined;
      if (entry === undefined) return undefined;
      return {
        origin: "configuration",
        kind: "agent",
        make: (context) => fromEntry(name, entry, context),
      };
    },
  };
}
