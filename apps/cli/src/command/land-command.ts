import { Command } from "commander";
import type { LandFlags } from "../land/land.ts";
import { landFlag, textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster land`. */
export function landCommand(onExit: OnExit): Command {
  return new Command("land")
    .summary("land what stayed on a run's own branch")
    .description(
      "Brings what has landed on a run's own branch into the branch that was checked out when it began: of " +
        "a run that was stopped or halted, or did not fit then. Exits with 1 when it has to stay.",
    )
    .argument("[run]", "its id, the beginning of it, or last", "last")
    .option("--as <how>", "merge, squash, rebase, or patches[=FOLDER] (default: merge)", landFlag)
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText("after", "\nExamples:\n  $ cluster land\n  $ cluster land 0abc --as squash")
    .action(async (run: string, flags: LandFlags) => {
      const { land } = await import("../land/land.ts");
      onExit(await land(run, flags));
    });
}
