import { CommanderError } from "commander";
import { usageError } from "../exit/cli-error.ts";
import { endProcess, surviveClosedPipes } from "../exit/end-process.ts";
import { EXIT_CODES, type ExitName } from "../exit/exit-codes.ts";
import { reportError } from "../exit/report-error.ts";
import { folderElsewhere } from "./command-to-copy.ts";
import { createProgram } from "./program.ts";
import { folderLast, splitRawArguments } from "./raw-arguments.ts";
import { refuseSwallowedFlags } from "./swallowed-flags.ts";

const TAKE_RAW: ReadonlySet<string> = new Set(["run", "resume", "retry"]);

/** Runs the command line and ends the process with one of {@link EXIT_CODES}. */
export async function main(argv: readonly string[]): Promise<void> {
  surviveClosedPipes();
  process.on("uncaughtException", (thrown) => {
    process.exit(EXIT_CODES[reportError(thrown)].code);
  });
  await endProcess(EXIT_CODES[await runCommandLine(argv)].code);
}

/** Runs the command line, and says how it ended. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitName> {
  const { own, raw } = splitRawArguments(argv);
  let exit: ExitName = "done";
  let folder: string | undefined;
  const program = createProgram(raw, (name) => {
    exit = name;
  }).hook("preAction", (_, command) => {
    folder = command.opts<{ readonly cwd?: string }>().cwd;
  });
  try {
    if (raw.length > 0 && !own.some((word) => TAKE_RAW.has(word))) {
      throw usageError("Only cluster run, resume and retry take raw arguments after --.");
    }
    const words = folderLast(own);
    refuseSwallowedFlags(program, words);
    await program.parseAsync(words, { from: "user" });
  } catch (thrown) {
    // Help and version are "errors" with exit code 0 to commander.
    return thrown instanceof CommanderError && thrown.exitCode === 0
      ? "done"
      : reportError(thrown, folderElsewhere(folder));
  }
  return exit;
}
