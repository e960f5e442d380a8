import { Command } from "commander";
import { nearest } from "../config/nearest.ts";
import { usageError } from "../exit/cli-error.ts";
import type { AddFlags } from "../tools/add-tool.ts";
import type { ListFlags } from "../tools/list-tools.ts";
import type { RemoveFlags } from "../tools/remove-tool.ts";
import type { TestFlags } from "../tools/test-tool.ts";
import type { TryFlags } from "../tools/try/try-tool.ts";
import { collectFlag, durationFlag, textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";
import { workingFolder } from "./working-folder.ts";

/** Commander takes a word that is no command for an argument of the default one. */
function unknownCommand(word: string, { parent }: Command): never {
  const names = (parent?.commands ?? []).map((command) => command.name());
  const meant = nearest(word, names);
  throw usageError(
    `cluster tools has no command "${word}".${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    `It has ${names.join(", ")}.`,
  );
}

function listCommand(onExit: OnExit): Command {
  return (
    new Command("list")
      .summary("the tools that --tool takes")
      .description("Lists the tools that --tool takes, and whether they are there.")
      .option("--all", "the tools too that come with cluster and only answer")
      .option("--json", "one JSON document on stdout")
      .option("-C, --cwd <folder>", "work as if started there", textFlag)
      .option("--config <file>", "this configuration file", textFlag)
      .option("--load", "load the packages of others too, and ask them")
      // For words that are no command; the help says nothing of it.
      .usage("[options]")
      .argument("[command]")
      .action(async (word: string | undefined, flags: ListFlags, list: Command) => {
        if (word !== undefined) unknownCommand(word, list);
        const { listTools } = await import("../tools/list-tools.ts");
        onExit(await listTools(flags));
      })
  );
}

function addCommand(onExit: OnExit): Command {
  return new Command("add")
    .summary("add a tool that a file describes")
    .description(
      "Checks the description of a tool, in JSON or YAML, and copies it to your own tools.",
    )
    .argument("<file>", "the description")
    .option("--force", "in the place of one with the same name")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText("after", "\nExample:\n  $ cluster tools add my-tool.yaml")
    .action(async (file: string, flags: AddFlags) => {
      const { addTool } = await import("../tools/add-tool.ts");
      onExit(await addTool(file, flags));
    });
}

function removeCommand(onExit: OnExit): Command {
  return new Command("remove")
    .summary("take away a tool that you added")
    .description("Takes a description that cluster tools add has copied out of your own tools.")
    .argument("<name>", "the tool's name")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText("after", "\nExample:\n  $ cluster tools remove my-tool")
    .action(async (name: string, flags: RemoveFlags) => {
      const { removeTool } = await import("../tools/remove-tool.ts");
      onExit(await removeTool(name, flags));
    });
}

function tryCommand(onExit: OnExit): Command {
  return new Command("try")
    .summary("speak with a tool, and see the role of each byte")
    .description(
      "Opens a session with a tool and shows what each byte is taken for: ready, echo, answer, end. " +
        "When a pattern does not match, it says which, and what came instead.",
    )
    .argument("<tool>", "a tool's name, or the file of a description")
    .option("--request <text>", "send this, and end; may be repeated", collectFlag)
    .option("--file <path>", "a file for an agent to edit; may be repeated", collectFlag)
    .option("--timeout <time>", "wait so long for a pattern. Default: 10s", durationFlag)
    .option("--json", "one JSON document for each event, on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .option("--config <file>", "this configuration file", textFlag)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster tools try sqlite3
  $ cluster tools try ./my-tool.yaml --request "6 * 7"
  $ cluster tools try my-agent --file notes.md --request "Mend the typos"

Exits with 1 when the tool could not be understood.`,
    )
    .action(async (name: string, flags: TryFlags) => {
      const { tryTool } = await import("../tools/try/try-tool.ts");
      onExit(await tryTool(name, flags));
    });
}

function schemaCommand(onExit: OnExit): Command {
  return new Command("schema")
    .summary("print the JSON Schema of tool files")
    .description("Prints the JSON Schema of a tool's description, for editors.")
    .action(async () => {
      const { definitionJsonSchema } = await import("@cluster/pool/declared");
      process.stdout.write(`${JSON.stringify(definitionJsonSchema(), null, 2)}\n`);
      onExit("done");
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
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
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
    .summary("list, install, add, remove, try and test tools")
    .description(
      "Lists the tools that there are, installs one, adds one of your own, tries or tests one.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ cluster tools\n  $ cluster tools install aider\n  $ cluster tools try sqlite3\n  $ cluster tools test gemini",
    )
    .addCommand(listCommand(onExit), { isDefault: true })
    .addCommand(addCommand(onExit))
    .addCommand(removeCommand(onExit))
    .addCommand(tryCommand(onExit))
    .addCommand(schemaCommand(onExit))
    .addCommand(installCommand(onExit))
    .addCommand(testCommand(onExit))
    .addCommand(newCommand(onExit));
}
