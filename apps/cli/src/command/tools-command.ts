import { Command } from "commander";
import type { DoctorFlags } from "./doctor-command.ts";
import { textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

function listCommand(onExit: OnExit): Command {
  return new Command("list")
    .summary("the tools that --tool takes")
    .description("Lists the tools that --tool takes, and whether they are there.")
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .option("--config <file>", "this configuration file", textFlag)
    .action(async (flags: DoctorFlags) => {
      const { listTools } = await import("../tools/list-tools.ts");
      onExit(await listTools(flags));
    });
}

function installCommand(onExit: OnExit): Command {
  return new Command("install")
    .summary("install a tool into a private folder")
    .description("Installs a tool, pinned, into a private environment that only cluster uses.")
    .argument("<name>", "aider")
    .addHelpText("after", "\nExample:\n  $ cluster tools install aider")
    .action(async (name: string) => {
      const { installTool } = await import("../tools/install-tool.ts");
      onExit(await installTool(name));
    });
}

/** `cluster tools`. */
export function toolsCommand(onExit: OnExit): Command {
  return new Command("tools")
    .summary("list the tools, or install one")
    .description("Lists the tools that --tool takes, or installs one.")
    .addHelpText("after", "\nExamples:\n  $ cluster tools\n  $ cluster tools install aider")
    .addCommand(listCommand(onExit), { isDefault: true })
    .addCommand(installCommand(onExit));
}
