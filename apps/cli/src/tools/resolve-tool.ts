import type { ClusterConfig } from "../config/config.ts";
import { crewNames } from "../config/crew.ts";
import { nearest } from "../config/nearest.ts";
import { type CliError, usageError } from "../exit/cli-error.ts";
import { type RegistryOptions, toolRegistry } from "./registry/registry.ts";
import type { FoundTool } from "./registry/tool-source.ts";
import type { AgentAdapter, ToolContext } from "./tool-entry.ts";

/** The tool of a run that names none. */
export const DEFAULT_TOOL = "aider";

/** The names that `--tool` takes, the usual one first. */
export async function toolNames(config: ClusterConfig, cwd: string): Promise<readonly string[]> {
  return [...new Set([DEFAULT_TOOL, ...(await toolRegistry({ config, cwd }).agents())])];
}

/**
 * A tool by its name, wherever it comes from, also one that only answers.
 * @throws {CliError} usage, with all names that there are.
 */
export async function findTool(name: string, options: RegistryOptions): Promise<FoundTool> {
  const registry = toolRegistry(options);
  const found = await registry.find(name);
  if (found !== undefined) return found;
  throw unknownTool([name], await registry.names());
}

/**
 * Makes sure that what `--tool` names is there, before anything else is said of it.
 * @throws {CliError} usage, with the names that there are.
 */
export async function requireTools(
  text: string | undefined,
  options: RegistryOptions,
): Promise<void> {
  if (text === undefined) return;
  const registry = toolRegistry(options);
  const names = crewNames(text).filter((name) => name !== "");
  const found = await Promise.all(names.map((name) => registry.find(name)));
  const unknown = names.filter((_, place) => found[place] === undefined);
  if (unknown.length > 0) throw unknownTool(unknown, await toolNames(options.config, options.cwd));
}

function unknownTool(wanted: readonly string[], known: readonly string[]): CliError {
  const meant = wanted.flatMap((name) => nearest(name, known) ?? []).map((name) => `"${name}"`);
  const hint = meant.length === 0 ? "" : ` Did you mean ${meant.join(", ")}?`;
  return usageError(
    `There is no tool "${wanted.join('" or "')}".${hint} Known: ${known.join(", ")}.`,
    "A tool of your own stands in the configuration, under tools, or in a file: cluster tools add FILE.",
  );
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
  const { cwd } = context;
  const found = await toolRegistry({ config, cwd }).find(name);
  if (found === undefined) throw unknownTool([name], await toolNames(config, cwd));
  if (found.kind === "text") throw onlyAnswers(name, "its definition says kind: agent");
  const adapter = await found.make(context);
  if (adapter.capabilities?.edits === false) {
    throw onlyAnswers(name, "its capabilities must not say edits: false");
  }
  return adapter;
}

function onlyAnswers(name: string, otherwise: string): CliError {
  return usageError(
    `The tool ${name} answers, and edits no files: cluster run takes agents.`,
    `cluster tools try ${name} speaks with it. If it does edit files, ${otherwise}.`,
  );
}
