import type { ProbedTool } from "../tools/probe-tool.ts";
import { type CheckResult, fail, ok, warn } from "./check.ts";

/** A tool's probe as a check. A missing tool fails only where a run would use it. */
export function checkTool(tool: ProbedTool, needed: boolean): CheckResult {
  const { name, probe } = tool;
  const title = `tool ${name}`;
  if (probe === null && tool.unasked === true) {
    return ok(
      title,
      `from the project or a package, not started: cluster doctor --tool ${name} does`,
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
