import { Command } from "commander";
import { doctorCommand } from "./doctor-command.ts";
import type { OnExit } from "./on-exit.ts";
import { packageVersion } from "./package-version.ts";
import { runCommand } from "./run-command.ts";
import { toolsCommand } from "./tools-command.ts";
import { undoCommand } from "./undo-command.ts";

/** The whole command line of `cluster`. `raw` is what follows `--`. */
export function createProgram(raw: readonly string[], onExit: OnExit): Command {
  const program = new Command("cluster")
    .description("Rolls one change out over many files on several warm coding agents.")
    .version(packageVersion())
    .exitOverride()
    // Errors are printed once, by reportError.
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(true)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster run -m "Add type hints" "src/**/*.py" -w 5
  $ cluster doctor
  $ cluster tools install aider`,
    );
  for (const command of [
    runCommand(raw, onExit),
    undoCommand(onExit),
    doctorCommand(onExit),
    toolsCommand(onExit),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
    for (const nested of command.commands) nested.copyInheritedSettings(program);
  }
  return program;
}
