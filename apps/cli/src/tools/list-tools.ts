import { clusterCommand, folderElsewhere } from "../command/command-to-copy.ts";
import { workingFolder } from "../command/working-folder.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";
import { columnsFor, plainTable } from "../report/plain-table.ts";
import { type ProbedTool, probeOwnTool, probeTool } from "./probe-tool.ts";
import { toolRegistry } from "./registry/registry.ts";
import { SHIPPED } from "./registry/shipped.ts";
import { findTool, toolNames } from "./resolve-tool.ts";

/** The flags of `cluster tools list`. */
export interface ListFlags {
  readonly all?: boolean;
  readonly load?: boolean;
  readonly json?: boolean;
  readonly cwd?: string;
  readonly config?: string;
}

type ListedTool = ProbedTool & { readonly origin: string; readonly kind: "agent" | "text" };

function row(tool: ListedTool, elsewhere: string | undefined): string[] {
  const { name, origin, kind, probe } = tool;
  const head = [name, kind, origin];
  if (probe === null && tool.unasked === true) {
    return [
      ...head,
      "not asked",
      "",
      `${clusterCommand(`doctor --tool ${name}`, elsewhere)} loads it`,
    ];
  }
  if (probe === null) return [...head, "unknown", "", "its adapter has no probe"];
  if (!probe.installed) return [...head, "not found", "", `${probe.reason} ${probe.remedy}`];
  return [...head, "found", probe.version, probe.warning ?? probe.path];
}

/** `cluster tools list`: the agents that `--tool` takes, and the user's tools that answer texts. */
export async function listTools(flags: ListFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const elsewhere = folderElsewhere(flags.cwd);
  const loaded = await loadConfig({ cwd, file: flags.config, dataOnly: flags.load !== true });
  const { config, unread } = loaded;
  const names = new Set([
    ...(await toolNames(config, cwd)),
    ...(await toolRegistry({ config, cwd }).names()),
  ]);
  const probe = (name: string): Promise<ProbedTool> =>
    flags.load === true ? probeTool(name, config, cwd) : probeOwnTool(name, loaded, cwd);
  const found = await Promise.all(
    [...names].map(async (name) => ({ name, ...(await findTool(name, { config, cwd })) })),
  );
  const shown = found.filter(({ origin }) => flags.all === true || origin !== SHIPPED);
  const hidden = found.length - shown.length;
  const tools = await Promise.all(
    shown.map(async ({ name, origin, kind }): Promise<ListedTool> => {
      return { ...(await probe(name)), origin, kind };
    }),
  );
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ tools }, null, 2)}\n`);
  } else {
    const rows = tools.map((tool) => row(tool, elsewhere).map(printable));
    const notes = [
      ...(hidden === 0
        ? []
        : [
            `${hidden} more come with cluster, and only answer: ${clusterCommand("tools list --all", elsewhere)}`,
          ]),
      ...(unread === null
        ? []
        : [`${unread} is a program of the project, and was not run: --load runs it.`]),
    ];
    const head = ["tool", "kind", "from", "state", "version", ""];
    const table = plainTable(rows, head, columnsFor(process.stdout));
    process.stdout.write(`${[table, ...notes].join("\n")}\n`);
  }
  return "done";
}
