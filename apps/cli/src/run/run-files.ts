import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { reportToJson } from "@cluster/batch";
import type { RunFlags } from "../command/run-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { exitOfReport } from "../exit/exit-of-report.ts";
import { createProgress, progressStyle } from "../progress/progress.ts";
import { renderReport } from "../report/render-report.ts";
import { reportFiles, writeReportFiles } from "../report/report-files.ts";
import { resolveTool, toolNames } from "../tools/resolve-tool.ts";
import { resolveTools } from "../tools/resolve-tools.ts";
import { conductRun } from "./conduct-run.ts";
import { showPlan } from "./dry-run.ts";
import { planTasks } from "./plan-tasks.ts";
import { readMessage } from "./read-message.ts";
import { requireTool } from "./require-tool.ts";
import { runSettings } from "./settings.ts";
import { taskSource } from "./task-source.ts";

function isInside(folder: string): boolean {
  const here = realpathSync(process.cwd());
  return here === folder || here.startsWith(`${folder}${sep}`);
}

/** `cluster run`: from the flags to the report. */
export async function runFiles(
  globs: readonly string[],
  flags: RunFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const files = reportFiles(flags.report ?? [], cwd);
  const { config } = await loadConfig({ cwd, file: flags.config });
  const settings = runSettings(flags, config, raw, cwd);
  const { tool, model, toolArguments: args, requireChange } = settings;
  const adapter = await resolveTool(tool, config, { args, model, cwd });
  const source = taskSource(globs, flags, settings.per);
  const message = await readMessage(flags, cwd, source.kind !== "tasks");
  const known = toolNames(config);
  const planned = await planTasks({ cwd, source, message, tools: known, ...settings });
  const own = { name: tool, adapter };
  const tools = await resolveTools(own, planned.tasks, config, { model, cwd });
  if (flags.dryRun === true) {
    await showPlan({ settings, planned, message, adapter, json: flags.json === true });
    return "done";
  }
  for (const [name, each] of Object.entries({ ...tools, [tool]: adapter })) {
    await requireTool(name, each, planned.repository.root);
  }
  const progress = createProgress({
    stream: process.stderr,
    style: progressStyle(process.stderr, flags.quiet === true),
    requireChange,
  });
  try {
    if (flags.quiet !== true) for (const line of planned.warnings) progress.say(line);
    const report = await conductRun({ settings, planned, adapter, tools, progress });
    progress.end();
    const { root } = planned.repository;
    const repository = isInside(root) ? undefined : root;
    process.stdout.write(
      flags.json === true
        ? reportToJson(report)
        : `${renderReport(report, { requireChange, repository })}\n`,
    );
    const problems = await writeReportFiles(report, files);
    for (const line of problems) progress.say(line);
    const exit = exitOfReport(report);
    return problems.length > 0 && exit === "done" ? "setup" : exit;
  } finally {
    progress.end();
  }
}
