import { reportToJson } from "@cluster/batch";
import type { RunFlags } from "../command/run-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { exitOfReport } from "../exit/exit-of-report.ts";
import { createProgress, progressStyle } from "../progress/progress.ts";
import { renderReport } from "../report/render-report.ts";
import { resolveTool } from "../tools/resolve-tool.ts";
import { conductRun } from "./conduct-run.ts";
import { showPlan } from "./dry-run.ts";
import { planTasks } from "./plan-tasks.ts";
import { readMessage } from "./read-message.ts";
import { requireTool } from "./require-tool.ts";
import { runSettings } from "./settings.ts";

/** `cluster run`: from the flags to the report. */
export async function runFiles(
  globs: readonly string[],
  flags: RunFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const { config } = await loadConfig({ cwd, file: flags.config });
  const settings = runSettings(flags, config, raw, cwd);
  const { tool, model, toolArguments: args, requireChange } = settings;
  const adapter = await resolveTool(tool, config, { args, model, cwd });
  const message = await readMessage(flags, cwd);
  const planned = await planTasks({ cwd, globs, message, read: settings.read });
  if (flags.dryRun === true) {
    await showPlan({ settings, planned, message, adapter, json: flags.json === true });
    return "done";
  }
  await requireTool(tool, adapter, planned.repository.root);
  const progress = createProgress({
    stream: process.stderr,
    style: progressStyle(process.stderr, flags.quiet === true),
    requireChange,
  });
  try {
    if (flags.quiet !== true) for (const line of planned.warnings) progress.say(line);
    const report = await conductRun({ settings, planned, adapter, progress });
    progress.end();
    process.stdout.write(
      flags.json === true ? reportToJson(report) : `${renderReport(report, { requireChange })}\n`,
    );
    return exitOfReport(report);
  } finally {
    progress.end();
  }
}
