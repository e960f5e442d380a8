import { Command } from "commander";
import type { LogsFlags } from "../logs/show-logs.ts";
import { countFlag, textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster logs`. */
export function logsCommand(onExit: OnExit): Command {
  return new Command("logs")
    .summary("what happened in a run, or happens now")
    .description("Tells what happened in a run, or in one of its tasks, oldest first.")
    .argument("[run]", "its id, the beginning of it, or last", "last")
    .argument("[task]", "one of its files, the beginning of its id, or its place, such as #1")
    .option("-f, --follow", "go on until the run ends")
    .option("-n, --lines <n>", "of what there is, only the last n lines", countFlag)
    .option("--transcript <instance>", "what was said to and by an instance instead", countFlag)
    .option("--json", "each event as JSON, one a line")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster logs -f
  $ cluster logs last src/a.py --json
  $ cluster logs 0abc --transcript 0`,
    )
    .action(async (run: string, task: string | undefined, flags: LogsFlags) => {
      const { showLogs } = await import("../logs/show-logs.ts");
      onExit(await showLogs(run, task, flags));
    });
}
