import { resolve } from "node:path";
import { type CellResult, tryAgent } from "@cluster/adapter-acp/trial";
import { workingFolder } from "../command/working-folder.ts";
import { CliError, setupError, usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";
import { columnsFor, plainTable } from "../report/plain-table.ts";
import { probeTool } from "./probe-tool.ts";
import { ACP_AGENTS } from "./tool-entry.ts";

/** The flags of `cluster tools test`. */
export interface TestFlags {
  readonly executable?: string;
  readonly json?: boolean;
  readonly cwd?: string;
}

function row({ name, passed, found, ms }: CellResult): string[] {
  const words = found.split("\n").filter((line) => line.trim() !== "");
  return [passed ? "ok" : "FAILED", name, `${(ms / 1000).toFixed(1)} s`, words.join(" ")];
}

/**
 * `cluster tools test`: tries an installed agent with a scripted model on loopback.
 * @throws {CliError} usage, for a tool that cannot be tried so; setup, when it is not installed; interrupted,
 * when the agent has been ended.
 */
export async function testTool(name: string, flags: TestFlags): Promise<ExitName> {
  const agent = ACP_AGENTS.find((one) => one === name);
  if (agent === undefined) {
    throw usageError(
      `cluster cannot test "${name}": it has no scripted model for it.`,
      `It can test: ${ACP_AGENTS.join(", ")}. cluster tools try ${name} opens a session with any other one; ` +
        "an adapter's own tests try its promises.",
    );
  }
  const cwd = workingFolder(flags.cwd);
  // A name without a folder is looked for on PATH.
  const executable = flags.executable?.includes("/")
    ? resolve(cwd, flags.executable)
    : flags.executable;
  if (executable === undefined) {
    const { probe } = await probeTool(agent, {}, cwd);
    if (probe?.installed === false) throw setupError(probe.reason, probe.remedy);
  }
  const results: CellResult[] = [];
  const abort = new AbortController();
  const onSignal = (): void => abort.abort(new CliError("interrupted", "Interrupted."));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const { signal } = abort;
    const options = executable === undefined ? { signal } : { executable, signal };
    for await (const result of tryAgent(agent, options)) {
      results.push(result);
      if (process.stderr.isTTY) process.stderr.write(`${row(result)[0]} ${result.name}\n`);
    }
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
  const passed = results.every((result) => result.passed);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ tool: name, ok: passed, results }, null, 2)}\n`);
  } else {
    const rows = results.map((result) => row(result).map(printable));
    process.stdout.write(
      `${plainTable(rows, ["state", name, "time", ""], columnsFor(process.stdout))}\n`,
    );
  }
  return passed ? "done" : "setup";
}
