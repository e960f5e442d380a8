import type { BeginOptions } from "@cluster/batch";
import type { ResolvedCrew } from "../tools/resolve-crew.ts";
import type { AgentAdapter } from "../tools/tool-entry.ts";
import { secretsOf } from "./secrets.ts";
import type { RunSettings } from "./settings.ts";

/**
 * How a run is made, whether it begins or is gone on with; the trial of its first tasks aside.
 * @param tools those that tasks name
 */
export function runOptions(
  settings: RunSettings,
  { adapter, fleet }: Pick<ResolvedCrew, "adapter" | "fleet">,
  tools: Readonly<Record<string, AgentAdapter>>,
): BeginOptions {
  const { context, model, verify, verifyRun, setup, maxDiskBytes, land, toolArguments } = settings;
  return {
    ...settings.limits.options,
    tool: adapter,
    tools,
    workers: settings.workers,
    timeoutMs: settings.timeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    startTimeoutMs: settings.startTimeoutMs,
    retries: settings.retries,
    setupTimeoutMs: settings.setupTimeoutMs,
    allowOutside: settings.allowOutside,
    hooks: settings.hooks,
    durability: settings.durable,
    requireChange: settings.requireChange,
    secrets: secretsOf(process.env, toolArguments),
    transcripts: true,
    ...(fleet === undefined ? {} : { fleet }),
    ...(settings.failOver === undefined ? {} : { failOver: settings.failOver }),
    ...(settings.providers === undefined
      ? {}
      : { providers: providersAmong(settings.providers, [adapter.name, ...Object.keys(tools)]) }),
    ...(context === undefined ? {} : { context }),
    ...(model === undefined ? {} : { model }),
    ...(verify === undefined ? {} : { verify }),
    ...(setup === undefined ? {} : { setup }),
    ...(maxDiskBytes === undefined ? {} : { maxWorktreeBytes: maxDiskBytes }),
    ...(land === undefined ? {} : { delivery: land }),
    ...(verifyRun === undefined ? {} : { verifyRun }),
  };
}

/** A configuration may know more tools than a run has. */
function providersAmong(
  providers: NonNullable<RunSettings["providers"]>,
  names: readonly string[],
): NonNullable<RunSettings["providers"]> {
  const all = Object.entries(providers).map(([name, provider]) => [
    name,
    { ...provider, tools: (provider.tools ?? []).filter((tool) => names.includes(tool)) },
  ]);
  return Object.fromEntries(all);
}
