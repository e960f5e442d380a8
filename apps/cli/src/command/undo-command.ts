import { Command } from "commander";
import type { UndoFlags } from "../undo/undo.ts";
import { textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster undo`. */
export function undoCommand(onExit: OnExit): Command {
  return new Command("undo")
    .summary("take back what a run with --in-place changed")
    .description(
      "Brings every file that a run in place changed back to what it was before. A file that was changed " +
        "since is left as it is, and named.",
    )
    .argument("[run]", "its id, the beginning of it, or last", "last")
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText("after", "\nExamples:\n  $ cluster undo last\n  $ cluster undo k3f9")
    .action(async (run: string, flags: UndoFlags) => {
      const { undo } = await import("../undo/undo.ts");
      onExit(await undo(run, flags));
    });
}
