import { Command } from "commander";
import type { StatusFlags } from "../status/show-status.ts";
import { textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster status`. */
export function statusCommand(onExit: OnExit): Command {
  return new Command("status")
    .summary("how the runs of this repository stand")
    .description("Lists the runs of this repository, newest first, or shows how one stands.")
    .argument("[run]", "its id, the beginning of it, or last; all runs when absent")
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText("after", "\nExamples:\n  $ cluster status\n  $ cluster status last --json")
    .action(async (run: string | undefined, flags: StatusFlags) => {
      const { showStatus } = await import("../status/show-status.ts");
      onExit(await showStatus(run, flags));
    });
}
