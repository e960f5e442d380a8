import type { DoctorFlags } from "../command/doctor-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import { crewOf } from "../config/crew.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import { probeOwnTool, probeTool } from "../tools/probe-tool.ts";
import { DEFAULT_TOOL, resolveTool, toolNames } from "../tools/resolve-tool.ts";
import type { CheckResult } from "./check.ts";
import { checkCache } from "./check-cache.ts";
import { checkGit, checkNode } from "./check-programs.ts";
import { checkPython } from "./check-python.ts";
import { checkRuns } from "./check-runs.ts";
import { checkState } from "./check-state.ts";
import { checkTool } from "./check-tools.ts";
import { tryTool } from "./try-tool.ts";

/** A table, with what to do below each line that asks for it. */
function render(checks: readonly CheckResult[]): string {
  const rows = checks.map(({ name, status, found }) => [status, name, found].map(printable));
  const [head = "", ...lines] = plainTable(rows, ["state", "check", "found"]).split("\n");
  const withRemedies = checks.flatMap(({ remedy }, place) => {
    const line = lines[place] ?? "";
    return remedy === null ? [line] : [line, `       → ${printable(remedy)}`];
  });
  return [head, ...withRemedies].join("\n");
}

/** `cluster doctor`: whether a run has what it needs. */
export async function runDoctor(flags: DoctorFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const { config } = await loadConfig({ cwd, file: flags.config });
  const text = flags.tool ?? config.tool ?? DEFAULT_TOOL;
  const chosen = crewOf(text)?.map(({ name }) => name) ?? [text];
  // An unknown name is a usage error here, not a tool that is missing.
  const known = await toolNames(config, cwd);
  for (const name of chosen.filter((one) => !known.includes(one))) {
    await resolveTool(name, config, { args: [], model: undefined, cwd });
  }
  const names = flags.tool === undefined ? known : chosen;
  // A repository's configuration may choose the tool that it brings: only the command line names one.
  const probe = flags.tool === undefined ? probeOwnTool : probeTool;
  const probed = await Promise.all(names.map(async (name) => await probe(name, config, cwd)));
  const aider = probed.find(({ name }) => name === DEFAULT_TOOL);
  const checks = [
    checkNode(),
    await checkGit(),
    ...(aider === undefined ? [] : [await checkPython(aider, chosen.includes(DEFAULT_TOOL))]),
    ...probed.map((tool) => checkTool(tool, chosen.includes(tool.name))),
    ...(flags.try === true ? await Promise.all(chosen.map((name) => tryTool(name, config))) : []),
    await checkCache(),
    await checkState(),
    ...(await checkRuns(flags.cwd)),
  ];
  const healthy = checks.every(({ status }) => status !== "fail");
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ok: healthy, checks }, null, 2)}\n`
      : `${render(checks)}\n`,
  );
  return healthy ? "done" : "setup";
}
