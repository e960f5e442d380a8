import { folderElsewhere } from "../command/command-to-copy.ts";
import type { DoctorFlags } from "../command/doctor-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import { crewNames } from "../config/crew.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { columnsFor } from "../report/plain-table.ts";
import { isForeign, probeOwnTool, probeTool } from "../tools/probe-tool.ts";
import { DEFAULT_TOOL, requireTools, toolNames } from "../tools/resolve-tool.ts";
import type { CheckResult } from "./check.ts";
import { checkCache } from "./check-cache.ts";
import { checkLeftovers } from "./check-leftovers.ts";
import { checkGit, checkNode } from "./check-programs.ts";
import { checkPython } from "./check-python.ts";
import { checkRuns } from "./check-runs.ts";
import { checkState } from "./check-state.ts";
import { checkTool, checkUnread, untried } from "./check-tools.ts";
import { renderChecks } from "./render-checks.ts";
import { tryTool } from "./try-tool.ts";

/** `cluster doctor`: whether a run has what it needs. */
export async function runDoctor(flags: DoctorFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const elsewhere = folderElsewhere(flags.cwd);
  const isNamed = flags.tool !== undefined;
  // What a repository brings is run only where the command line names a tool.
  const loaded = await loadConfig({ cwd, file: flags.config, dataOnly: !isNamed });
  const { config, unread } = loaded;
  const text = flags.tool ?? config.tool ?? DEFAULT_TOOL;
  // An unknown name is a usage error here, not a tool that is missing.
  await requireTools(text, { config, cwd });
  const chosen = crewNames(text);
  // Which tool the project means stands in what was not run.
  const needed = unread === null ? chosen : [];
  const names = isNamed ? chosen : await toolNames(config, cwd);
  const probed = await Promise.all(
    names.map((name) => (isNamed ? probeTool(name, config, cwd) : probeOwnTool(name, loaded, cwd))),
  );
  const isOurs = async (name: string): Promise<boolean> =>
    isNamed || !(await isForeign(name, loaded, cwd));
  const turn = async (name: string): Promise<CheckResult> =>
    (await isOurs(name)) ? tryTool(name, config) : untried(name, elsewhere);
  const aider = probed.find(({ name }) => name === DEFAULT_TOOL);
  const checks = [
    checkNode(),
    ...(unread === null ? [] : [checkUnread(unread, elsewhere)]),
    await checkGit(),
    ...(aider === undefined ? [] : [await checkPython(aider, needed.includes(DEFAULT_TOOL))]),
    ...probed.map((tool) => checkTool(tool, needed.includes(tool.name), elsewhere)),
    ...(flags.try === true ? await Promise.all(chosen.map(turn)) : []),
    await checkCache(),
    await checkState(),
    ...(await checkRuns(flags.cwd)),
    await checkLeftovers(elsewhere),
  ];
  const healthy = checks.every(({ status }) => status !== "fail");
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ok: healthy, checks }, null, 2)}\n`
      : `${renderChecks(checks, columnsFor(process.stdout))}\n`,
  );
  return healthy ? "done" : "setup";
}
