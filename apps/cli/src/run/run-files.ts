import { resolve } from "node:path";
import { startRun } from "@cluster/batch";
import { folderElsewhere } from "../command/command-to-copy.ts";
import type { RunFlags } from "../command/run-flags.ts";
import { workingFolder } from "../command/working-folder.ts";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { createProgress, progressStyle } from "../progress/progress.ts";
import { reportFiles } from "../report/report-files.ts";
import { isForeign } from "../tools/probe-tool.ts";
import { resolveCrew } from "../tools/resolve-crew.ts";
import { requireTools } from "../tools/resolve-tool.ts";
import { resolveTools } from "../tools/resolve-tools.ts";
import type { AgentAdapter } from "../tools/tool-entry.ts";
import { canaryOptions } from "./canary.ts";
import { conductRun } from "./conduct-run.ts";
import { showPlan } from "./dry-run.ts";
import { planTasks } from "./plan-tasks.ts";
import { presentReport } from "./present-report.ts";
import { readMessage } from "./read-message.ts";
import { requireTool } from "./require-tool.ts";
import { runOptions } from "./run-options.ts";
import { runSettings } from "./settings.ts";
import { toStored } from "./stored-settings.ts";
import { taskSource } from "./task-source.ts";

/** Those that neither came with the repository nor in a package. */
async function withoutForeign(
  tools: readonly (readonly [string, AgentAdapter])[],
  loaded: Pick<LoadedConfig, "config" | "foreign">,
  cwd: string,
): Promise<readonly AgentAdapter[]> {
  const own: AgentAdapter[] = [];
  for (const [name, adapter] of tools) {
    if (!(await isForeign(name, loaded, cwd).catch(() => true))) own.push(adapter);
  }
  return own;
}

/** `cluster run`: from the flags to the report. */
export async function runFiles(
  globs: readonly string[],
  flags: RunFlags,
  raw: readonly string[],
): Promise<ExitName> {
  if (flags.sample !== undefined) {
    throw usageError("-n/--sample needs --compare.", "To try some tasks first, use --canary.");
  }
  const cwd = workingFolder(flags.cwd);
  const elsewhere = folderElsewhere(flags.cwd);
  const files = reportFiles(flags.report ?? [], cwd);
  const { config, foreign } = await loadConfig({ cwd, file: flags.config });
  await requireTools(flags.tool ?? config.tool, { config, cwd });
  const settings = runSettings(flags, config, raw, cwd);
  const { model, toolArguments: args, requireChange } = settings;
  const crew = await resolveCrew(settings.crew, config, { args, model, cwd });
  const { adapter } = crew;
  const source = taskSource(globs, flags, settings.per);
  const message = await readMessage(flags, cwd, source.kind !== "tasks");
  const planned = await planTasks({ cwd, source, message, tools: crew.words, ...settings });
  const tools = await resolveTools(crew, planned.tasks, config, { model, cwd });
  if (flags.dryRun === true) {
    const own = Object.entries({ ...tools, [crew.name]: adapter });
    const asked = await withoutForeign(own, { config, foreign }, cwd);
    const json = flags.json === true;
    await showPlan({ settings, planned, message, adapter, tools, asked, json });
    return "done";
  }
  for (const [name, each] of Object.entries({ ...tools, [crew.name]: adapter })) {
    await requireTool(name, each, planned.repository.root, elsewhere);
  }
  const progress = await createProgress({
    stream: process.stderr,
    style: progressStyle(process.stderr, flags.quiet === true),
    requireChange,
    elsewhere,
  });
  const { repository, tasks } = planned;
  try {
    if (flags.quiet !== true) for (const line of planned.warnings) progress.say(line);
    const stored = { cwd, globs, flags, config, raw, message: message ?? null };
    const named = Object.keys(tools).filter((name) => tasks.some(({ tool }) => tool === name));
    const configFile = flags.config === undefined ? null : resolve(cwd, flags.config);
    const quiet = flags.quiet === true;
    const display = { progress, site: repository, quiet, adapter, tools, elsewhere };
    const canary = canaryOptions(settings, display);
    const report = await conductRun(
      () =>
        startRun({
          ...runOptions(settings, crew, tools),
          ...canary,
          repository,
          tasks,
          settings: toStored({ ...stored, configFile, tools: named }),
        }),
      {
        progress,
        elsewhere,
        onBegun: (run) => {
          if (!quiet) progress.say(`Run ${run.id}`);
        },
      },
    );
    progress.end();
    const json = flags.json === true;
    return await presentReport(report, { json, requireChange, elsewhere, files, progress });
  } finally {
    progress.end();
  }
}
