import { Command } from "commander";
import { cleanCommand } from "./clean-command.ts";
import { compareCommand } from "./compare-command.ts";
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

const HELP = ["-h, --help", "display help for command"] as const;

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
  const groups: Readonly<Record<string, readonly Command[]>> = {
    "Begin:": [runCommand(raw, onExit)],
    "Look at runs:": [
      statusCommand(onExit),
      logsCommand(onExit),
      showCommand(onExit),
      compareCommand(onExit),
    ],
    "Steer a run under way:": [pauseCommand(onExit), scaleCommand(onExit), stopCommand(onExit)],
    "Go on with a run:": [resumeCommand(raw, onExit), retryCommand(raw, onExit)],
    "Finish with a run:": [landCommand(onExit), undoCommand(onExit), cleanCommand(onExit)],
    "Set up:": [doctorCommand(onExit), toolsCommand(onExit)],
  };
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const command of commands) {
      program.addCommand(command.copyInheritedSettings(program));
      // In the last group of its options, and not in one of its own.
      command.helpOption(...HELP);
      for (const nested of command.commands) nested.copyInheritedSettings(program);
    }
  }
  return program.helpCommand("help [command]", HELP[1]);
}
