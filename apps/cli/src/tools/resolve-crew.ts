import { capabilitiesOf, type RunOptions } from "@cluster/batch";
import type { ClusterConfig } from "../config/config.ts";
import type { ToolCount } from "../config/crew.ts";
import { usageError } from "../exit/cli-error.ts";
import { resolveTool, toolNames } from "./resolve-tool.ts";
import type { AgentAdapter, ToolContext } from "./tool-entry.ts";

/** The tools that a run works with. */
export interface ResolvedCrew {
  /** The first of them. */
  readonly name: string;
  readonly adapter: AgentAdapter;
  /** By name; nothing for a single tool that calls itself so. */
  readonly tools: Readonly<Record<string, AgentAdapter>>;
  readonly fleet: RunOptions["fleet"] | undefined;
  /** What a task may name as its tool: tools, and what those of the run can do. */
  readonly words: readonly string[];
}

/**
 * The tools of `--tool`, made for one run. Raw arguments are for a tool that is alone.
 * @throws {CliError} usage, as {@link resolveTool}
 */
export async function resolveCrew(
  crew: readonly ToolCount[],
  config: ClusterConfig,
  context: ToolContext,
): Promise<ResolvedCrew> {
  const [first] = crew;
  const name = first?.name ?? "";
  if (crew.length > 1 && context.args.length > 0) {
    throw usageError(
      "Raw arguments are for one tool, and --tool names several.",
      "Give each its own in the configuration, under tools.",
    );
  }
  const adapters: Record<string, AgentAdapter> = {};
  for (const { name: each } of crew) adapters[each] = await resolveTool(each, config, context);
  const adapter = adapters[name] as AgentAdapter;
  // What the user calls a tool is what reports call it.
  const isNamed = crew.length > 1 || adapter.name !== name || config.capabilities !== undefined;
  const capabilities = config.capabilities ?? {};
  const fleet = crew.map(({ name: each, workers }) => [
    each,
    {
      ...(workers === null ? {} : { workers }),
      ...(capabilities[each] === undefined ? {} : { capabilities: capabilities[each] }),
    },
  ]);
  const words = Object.entries(adapters).flatMap(([each, one]) => [
    ...(capabilities[each] ?? []),
    ...capabilitiesOf(one),
  ]);
  const names = Object.keys(adapters);
  const others = await toolNames(config, context.cwd);
  return {
    name,
    adapter,
    tools: isNamed ? adapters : {},
    fleet: isNamed ? Object.fromEntries(fleet) : undefined,
    // Those of the run first, where there is a choice among them.
    words: [...new Set(crew.length > 1 ? [...names, ...words, ...others] : [...others, ...words])],
  };
}
