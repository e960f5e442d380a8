import { pathToFileURL } from "node:url";
import type { ClusterConfig } from "../../config/config.ts";
import { importFailure, importQuietly } from "../../config/import-module.ts";
import { usageError } from "../../exit/cli-error.ts";
import { isAdapter } from "../is-adapter.ts";
import type { AgentAdapter, ToolContext, ToolEntry, ToolFactory } from "../tool-entry.ts";
import { makeBuiltIn } from "./built-in.ts";
import type { ToolSource } from "./tool-source.ts";

const ADAPTER_FORM = "An adapter has a name, command() and connect().";

async function fromModule(name: string, path: string): Promise<AgentAdapter | ToolFactory> {
  let loaded: Record<string, unknown>;
  try {
    loaded = await importQuietly(path.startsWith("/") ? pathToFileURL(path).href : path);
  } catch (cause) {
    throw usageError(
      `tools.${name}: cannot load ${path}: ${importFailure(cause)}`,
      undefined,
      cause,
    );
  }
  const { default: made } = loaded;
  if (typeof made === "function") return made as ToolFactory;
  if (isAdapter(made)) return made;
  throw usageError(
    `tools.${name}: the default export of ${path} is neither an adapter nor a function that makes one.`,
    ADAPTER_FORM,
  );
}

async function fromFactory(
  name: string,
  factory: ToolFactory,
  context: ToolContext,
): Promise<AgentAdapter> {
  let made: unknown;
  try {
    made = await factory(context);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw usageError(`tools.${name}: its function failed: ${reason}`, undefined, cause);
  }
  if (isAdapter(made)) return made;
  throw usageError(`tools.${name}: its function made no adapter.`, ADAPTER_FORM);
}

async function fromEntry(
  name: string,
  entry: ToolEntry,
  context: ToolContext,
): Promise<AgentAdapter> {
  const found = typeof entry === "string" ? await fromModule(name, entry) : entry;
  if (typeof found === "function") return await fromFactory(name, found, context);
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
