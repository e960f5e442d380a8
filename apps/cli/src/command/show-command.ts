import { Command } from "commander";
import type { ShowFlags } from "../show/show-run.ts";
import { collectFlag, textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster show`. */
export function showCommand(onExit: OnExit): Command {
  return new Command("show")
    .summary("what became of a run, or of one of its tasks")
    .description(
      "Shows a run's report, or one task with its attempts and evidence, from the journal.",
    )
    .argument("[run]", "its id, the beginning of it, or last", "last")
    .argument("[task]", "one of its files, the beginning of its id, or its place, such as #1")
    .option("--diff", "what was changed, landed or not")
    .option("--report <file>", "write the report there too: .md, .json or .xml", collectFlag)
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster show
  $ cluster show last src/a.py
  $ cluster show 0abc "#12" --diff`,
    )
    .action(async (run: string, task: string | undefined, flags: ShowFlags) => {
      const { showRun } = await import("../show/show-run.ts");
      onExit(await showRun(run, task, flags));
    });
}
