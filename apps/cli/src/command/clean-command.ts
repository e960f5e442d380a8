import { Command } from "commander";
import type { CleanFlags } from "../clean/clean.ts";
import { ageFlag, textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster clean`. */
export function cleanCommand(onExit: OnExit): Command {
  return new Command("clean")
    .summary("remove runs that are no longer wanted")
    .description(
      "Removes the folder of a run, worktrees that are left, and its branch and refs where another branch " +
        "has what they hold. What nothing else has is kept, and named.",
    )
    .argument("[runs...]", "their ids, the beginning of them, or last")
    .option("--all-ended", "all that have come to an end")
    .option("--older <age>", "all that ended longer ago than this: 7d, 12h", ageFlag)
    .option("--force", "what did not land too, and runs with tasks to do")
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText(
      "after",
      "\nExamples:\n  $ cluster clean last\n  $ cluster clean --all-ended --older 7d",
    )
    .action(async (runs: string[], flags: CleanFlags) => {
      const { clean } = await import("../clean/clean.ts");
      onExit(await clean(runs, flags));
    });
}
