import { Command } from "commander";
import { textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** The flags of `cluster doctor`. */
export interface DoctorFlags {
  readonly tool?: string;
  readonly try?: boolean;
  readonly json?: boolean;
  readonly cwd?: string;
  readonly config?: string;
}

/** `cluster doctor`. */
export function doctorCommand(onExit: OnExit): Command {
  return new Command("doctor")
    .summary("check what a run needs, and say what to do")
    .description("Checks git, Node, Python, the tools and the cache folder, and says what to do.")
    .option("--tool <name>", "only what this tool needs", textFlag)
    .option("--try", "one real turn of the tool: it costs what a word costs")
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .option("--config <file>", "this configuration file", textFlag)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster doctor
  $ cluster doctor --tool aider --json
  $ cluster doctor --tool gemini --try

Exits with 0 when nothing has failed, with 3 when something has.`,
    )
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import("../doctor/run-doctor.ts");
      onExit(await runDoctor(flags));
    });
}
