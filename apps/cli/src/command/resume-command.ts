import { Command } from "commander";
import { exitCodeLines } from "../exit/exit-codes.ts";
import { GROUPS } from "./flag-groups.ts";
import type { OnExit } from "./on-exit.ts";
import { type RunFlags, withRunFlags } from "./run-flags.ts";

/** The flags of `cluster resume`: those of the run, each of which wins over what it was begun with. */
export interface ResumeFlags extends RunFlags {
  readonly fromInputs?: boolean;
}

/** `cluster resume`. */
export function resumeCommand(raw: readonly string[], onExit: OnExit): Command {
  const command = new Command("resume")
    .summary("go on with a run that was stopped, killed or paused")
    .description(
      "Goes on with a run where it was: what landed stays landed, what was cut short is made again. " +
        "It has the flags that it was begun with; those that are given now win.",
    )
    .argument(
      "[run]",
      "its id, the beginning of it, or last: of those that can be gone on with, the one at work last",
      "last",
    )
    .optionsGroup(GROUPS.chosen)
    .option(
      "--from-inputs",
      "read its globs or lists again: adds new tasks, drops those that left",
    );
  return withRunFlags(command)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster resume
  $ cluster resume 0abc -w 2 --timeout 20m

Exit codes:
${exitCodeLines().join("\n")}`,
    )
    .action(async (run: string, flags: ResumeFlags) => {
      const { goOnWith } = await import("../run/go-on-with.ts");
      onExit(await goOnWith(run, flags, raw));
    });
}
