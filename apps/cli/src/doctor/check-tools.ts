import { clusterCommand } from "../command/command-to-copy.ts";
import { shellWord } from "../report/shell-word.ts";
import type { ProbedTool } from "../tools/probe-tool.ts";
import { type CheckResult, fail, ok, warn } from "./check.ts";

/** A tool's probe as a check. A missing tool fails only where a run would use it. */
export function checkTool(tool: ProbedTool, needed: boolean, elsewhere?: string): CheckResult {
  const { name, probe } = tool;
  const title = `tool ${name}`;
  if (probe === null && tool.unasked === true) {
    return ok(
      title,
      `from the project or a package, not started: ${clusterCommand(`doctor --tool ${name}`, elsewhere)} does`,
    );
  }
  if (probe === null) {
    return warn(
      title,
      "cannot be known: its adapter has no probe",
      "Give the adapter probe(), or see whether it works: cluster run on one file.",
    );
  }
  if (!probe.installed) return (needed ? fail : warn)(title, probe.reason, probe.remedy);
  const login = probe.login === undefined ? "" : `, log-in: ${probe.login}`;
  const found = `${probe.version} (${probe.path})${login}`;
  return probe.warning === undefined ? ok(title, found) : warn(title, found, probe.warning);
}

/** `--try` of a tool that the repository brings, and nobody has named. */
export function untried(name: string, elsewhere: string | undefined): CheckResult {
  return warn(
    `turn of ${name}`,
    "not tried: it is from the project or a package",
    `Name it: ${clusterCommand(`doctor --try --tool ${name}`, elsewhere)}`,
  );
}

/** A configuration of the repository that is a program. */
export function checkUnread(file: string, elsewhere: string | undefined): CheckResult {
  return warn(
    "configuration",
    `${file} is a program of the project, and was not run`,
    `Name it: ${clusterCommand(`doctor --config ${shellWord(file)}`, elsewhere)}`,
  );
}
