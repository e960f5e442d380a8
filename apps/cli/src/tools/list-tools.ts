import type { DoctorFlags } from "../command/doctor-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import { type ProbedTool, probeOwnTool, probeTool } from "./probe-tool.ts";
import { findTool, toolNames } from "./resolve-tool.ts";

type ListedTool = ProbedTool & { readonly origin: string };

function row(tool: ListedTool): string[] {
  const { name, origin, probe } = tool;
  if (probe === null && tool.unasked === true) {
    return [name, origin, "not asked", "", `cluster doctor --tool ${name} loads it`];
  }
  if (probe === null) return [name, origin, "unknown", "", "its adapter has no probe"];
  if (!probe.installed) return [name, origin, "not found", "", `${probe.reason} ${probe.remedy}`];
  return [name, origin, "found", probe.version, probe.warning ?? probe.path];
}

/** What `cluster tools list` was told. */
export interface ListFlags extends DoctorFlags {
  readonly load?: boolean;
}

/** `cluster tools list`: what `--tool` takes. */
export async function listTools(flags: ListFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const { config } = await loadConfig({ cwd, file: flags.config });
  const names = await toolNames(config, cwd);
  const probe = flags.load === true ? probeTool : probeOwnTool;
  const tools = await Promise.all(
    names.map(async (name): Promise<ListedTool> => {
      const { origin } = await findTool(name, { config, cwd });
      return { ...(await probe(name, config, cwd)), origin };
    }),
  );
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ tools }, null, 2)}\n`);
  } else {
    const rows = tools.map((tool) => row(tool).map(printable));
    process.stdout.write(`${plainTable(rows, ["tool", "from", "state", "version", ""])}\n`);
  }
  return "done";
}
