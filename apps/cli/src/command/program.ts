import { Command } from "commander";
import { cleanCommand } from "./clean-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { landCommand } from "./land-command.ts";
import { logsCommand } from "./logs-command.ts";
import type { OnExit } from "./on-exit.ts";
import { packageVersion } from "./package-version.ts";
import { resumeCommand } from "./resume-command.ts";
import { retryCommand } from "./retry-command.ts";
import { runCommand } from "./run-command.ts";
import { showCommand } from "./show-command.ts";
import { statusCommand } from "./status-command.ts";
import { pauseCommand, scaleCommand, stopCommand } from "./steer-commands.ts";
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
  $ cluster status
  $ cluster resume last
  $ cluster doctor
  $ cluster tools install aider`,
    );
  const commands = [
    runCommand(raw, onExit),
    statusCommand(onExit),
    logsCommand(onExit),
    showCommand(onExit),
    pauseCommand(onExit),
    scaleCommand(onExit),
    stopCommand(onExit),
    resumeCommand(raw, onExit),
    retryCommand(raw, onExit),
    landCommand(onExit),
    cleanCommand(onExit),
    undoCommand(onExit),
    doctorCommand(onExit),
    toolsCommand(onExit),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
    for (const nested of command.commands) nested.copyInheritedSettings(program);
  }
  return program;
}
