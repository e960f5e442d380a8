import { checkTasks, defaultContext, redactor } from "@cluster/batch";
import { earlierSamples } from "../estimate/earlier-samples.ts";
import { estimateTasks } from "../estimate/estimate-tasks.ts";
import { type RunPlan, renderPlan, runPlan } from "../report/render-plan.ts";
import type { AgentAdapter } from "../tools/tool-entry.ts";
import type { PlannedTasks } from "./plan-tasks.ts";
import { secretsOf } from "./secrets.ts";
import type { RunSettings } from "./settings.ts";

/** What a dry run shows, and how. */
export interface DryRunOptions {
  readonly settings: RunSettings;
  readonly planned: PlannedTasks;
  readonly message: string | undefined;
  readonly adapter: AgentAdapter;
  /** Those that tasks name. */
  readonly tools: Readonly<Record<string, AgentAdapter>>;
  /** Those that may be asked whether they are there, and have a key. */
  readonly asked: readonly AgentAdapter[];
  readonly json: boolean;
}

/** What the first instance would be started with, as far as the tool can tell now. */
async function commandOf(adapter: AgentAdapter, cwd: string): Promise<RunPlan["command"]> {
  if (adapter.capabilities?.oneShot === true) return null;
  try {
    const { file, args = [], shown } = await adapter.command({ index: 0, generation: 0, cwd });
    const [first = file, ...others] = shown ?? [file, ...args];
    return { file: first, args: others };
  } catch {
    // A tool that is not there; the run itself would say so.
    return null;
  }
}

/** What `cluster doctor` would say against the tools. */
async function lacksOf(adapters: readonly AgentAdapter[]): Promise<readonly string[]> {
  const lacks = adapters.map(async (adapter) => {
    const probe = await adapter.probe?.().catch(() => undefined);
    if (probe === undefined) return [];
    const lack = probe.installed ? probe.warning : `${probe.reason} ${probe.remedy}`;
    return lack === undefined ? [] : [`${adapter.name}: ${lack}`];
  });
  return (await Promise.all(lacks)).flat();
}

/** `--dry-run`: everything is checked and listed, nothing is started. */
export async function showPlan(options: DryRunOptions): Promise<void> {
  const { settings, planned, message, adapter, tools, asked, json } = options;
  const { repository, tasks } = planned;
  await checkTasks(repository, tasks);
  const warnings = [...planned.warnings, ...(await lacksOf(asked))];
  const { workers, prices, model = null, tool, toolArguments } = settings;
  const like = { tool, model, toolArguments, message: message ?? null, tasks };
  const earlier = await earlierSamples(repository, like).catch(() => null);
  const samples = earlier?.samples ?? [];
  const plan = runPlan(settings, {
    repository: repository.root,
    message: message ?? null,
    context: settings.context ?? defaultContext(adapter),
    warnings,
    tasks,
    estimate: await estimateTasks(repository, tasks, {
      workers,
      prices,
      model,
      adapter,
      tools,
      samples,
    }),
    measured: earlier && { runs: earlier.runs, sameMessage: earlier.sameMessage },
    command: await commandOf(adapter, repository.root),
  });
  const redact = redactor(secretsOf(process.env, settings.toolArguments));
  if (!json) for (const warning of warnings) process.stderr.write(`${warning}\n`);
  process.stdout.write(redact(`${json ? JSON.stringify(plan, null, 2) : renderPlan(plan)}\n`));
}
