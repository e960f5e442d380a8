import { pathToFileURL } from "node:url";
import type { ClusterConfig } from "../config/config.ts";
import { importFailure, importQuietly } from "../config/import-module.ts";
import { nearest } from "../config/nearest.ts";
import { usageError } from "../exit/cli-error.ts";
import { isAdapter } from "./is-adapter.ts";
import type {
  AgentAdapter,
  BuiltInTool,
  ToolContext,
  ToolEntry,
  ToolFactory,
} from "./tool-entry.ts";

/** The tool of a run that names none. */
export const DEFAULT_TOOL = "aider";

/** The names that `--tool` takes. */
export function toolNames(config: ClusterConfig): string[] {
  return [...new Set([DEFAULT_TOOL, ...Object.keys(config.tools ?? {})])];
}

async function builtIn(entry: BuiltInTool, context: ToolContext): Promise<AgentAdapter> {
  const { aiderAdapter } = await import("@cluster/adapter-aider");
  return aiderAdapter({
    extraArguments: [...(entry.args ?? []), ...context.args],
    ...(context.model === undefined ? {} : { model: context.model }),
    ...(entry.executable === undefined ? {} : { executable: entry.executable }),
  });
}

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
    "An adapter has a name, command() and connect().",
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
  throw usageError(
    `tools.${name}: its function made no adapter.`,
    "An adapter has a name, command() and connect().",
  );
}

async function fromEntry(
  name: string,
  entry: ToolEntry,
  context: ToolContext,
): Promise<AgentAdapter> {
  const found = typeof entry === "string" ? await fromModule(name, entry) : entry;
  if (typeof found === "function") return await fromFactory(name, found, context);
  if ("use" in found) return await builtIn(found, context);
  if (context.args.length > 0) {
    throw usageError(
      `The tool ${name} takes no raw arguments: it is an adapter that is already made.`,
      `Make tools.${name} a function that returns one; it gets { args }.`,
    );
  }
  return found;
}

/**
 * The adapter of a tool, made for one run.
 * @throws {CliError} usage, when the name is unknown or what it names makes no adapter.
 */
export async function resolveTool(
  name: string,
  config: ClusterConfig,
  context: ToolContext,
): Promise<AgentAdapter> {
  const tools = config.tools ?? {};
  const entry = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (entry !== undefined) return await fromEntry(name, entry, context);
  if (name === DEFAULT_TOOL) return await builtIn({ use: DEFAULT_TOOL }, context);
  const names = toolNames(config);
  const meant = nearest(name, names);
  throw usageError(
    `There is no tool "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`} Known: ${names.join(", ")}.`,
    "A tool of your own stands in the configuration, under tools.",
  );
}
