import type { DoctorFlags } from "../command/doctor-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import { type ProbedTool, probeTool } from "./probe-tool.ts";
import { toolNames } from "./resolve-tool.ts";

function row({ name, probe }: ProbedTool): string[] {
  if (probe === null) return [name, "unknown", "", "its adapter has no probe"];
  if (!probe.installed) return [name, "not found", "", `${probe.reason} ${probe.remedy}`];
  return [name, "found", probe.version, probe.warning ?? probe.path];
}

/** `cluster tools list`: what `--tool` takes. */
export async function listTools(flags: DoctorFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const { config } = await loadConfig({ cwd, file: flags.config });
  const tools = await Promise.all(
    toolNames(config).map(async (name) => await probeTool(name, config, cwd)),
  );
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ tools }, null, 2)}\n`);
  } else {
    const rows = tools.map((tool) => row(tool).map(printable));
    process.stdout.write(`${plainTable(rows, ["tool", "state", "version", ""])}\n`);
  }
  return "done";
}
