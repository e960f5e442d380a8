import { Command } from "commander";
import type { ListFlags } from "../tools/list-tools.ts";
import type { TestFlags } from "../tools/test-tool.ts";

import { textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";
import { workingFolder } from "./working-folder.ts";

function listCommand(onExit: OnExit): Command {
  return new Command("list")
    .summary("the tools that --tool takes")
    .description("Lists the tools that --tool takes, and whether they are there.")
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .option("--config <file>", "this configuration file", textFlag)
    .option("--load", "load the packages of others too, and ask them")
    .action(async (flags: ListFlags) => {
      const { listTools } = await import("../tools/list-tools.ts");
      onExit(await listTools(flags));
    });
}

function installCommand(onExit: OnExit): Command {
  return new Command("install")
    .summary("install a tool into a private folder")
    .description("Installs a tool, pinned, into a private environment that only cluster uses.")
    .argument("<name>", "aider, gemini, opencode, codex, codex-acp-2 or qwen")
    .addHelpText(
      "after",
      `
Examples:
  $ cluster tools install aider
  $ cluster tools install gemini

An agent is found by CLUSTER_<NAME>, then on PATH, then where this puts it.`,
    )
    .action(async (name: string) => {
      const { installTool } = await import("../tools/install-tool.ts");
      onExit(await installTool(name));
    });
}

function testCommand(onExit: OnExit): Command {
  return new Command("test")
    .summary("try an installed agent with a scripted model")
    .description(
      "Tries an installed agent with a scripted model on loopback: edits, commands, failures, silence. " +
        "It costs nothing, needs no log-in, and leaves the agent's own settings alone.",
    )
    .argument("<name>", "gemini, opencode, codex, codex-acp-2, claude, qwen or copilot")
    .option("--executable <file>", "this program of the agent", textFlag)
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Example:
  $ cluster tools test gemini

Exits with 0 when the agent keeps every promise, with 3 when it does not.`,
    )
    .action(async (name: string, flags: TestFlags) => {
      const { testTool } = await import("../tools/test-tool.ts");
      onExit(await testTool(name, flags));
    });
}

function newCommand(onExit: OnExit): Command {
  return new Command("new")
    .summary("begin an adapter for a tool of your own")
    .description(
      "Makes a package with an adapter, a stand-in for the tool, and a test of every promise.",
    )
    .argument("<name>", "the tool's name: the package is cluster-adapter-<name>")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText("after", "\nExample:\n  $ cluster tools new my-agent")
    .action(async (name: string, flags: { readonly cwd?: string }) => {
      const { newTool } = await import("../tools/new/new-tool.ts");
      onExit(await newTool(name, workingFolder(flags.cwd)));
    });
}

/** `cluster tools`. */
export function toolsCommand(onExit: OnExit): Command {
  return new Command("tools")
    .summary("list the tools, install or test one")
    .description("Lists the tools that --tool takes, installs one, or tests one.")
    .addHelpText(
      "after",
      "\nExamples:\n  $ cluster tools\n  $ cluster tools install aider\n  $ cluster tools test gemini",
    )
    .addCommand(listCommand(onExit), { isDefault: true })
    .addCommand(installCommand(onExit))
    .addCommand(testCommand(onExit))
    .addCommand(newCommand(onExit));
}
