import { Command } from "commander";
import type { CompareFlags } from "../compare/compare-kept.ts";
import { collectFlag, textFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** `cluster compare`. */
export function compareCommand(onExit: OnExit): Command {
  return new Command("compare")
    .summary("show runs of the same tasks side by side")
    .description(
      "Shows runs of the same tasks side by side, as cluster run --compare does at its end: outcome, changed " +
        "lines, time and cost of each task. One run of a comparison stands for all of it.",
    )
    .argument("<runs...>", "their ids, or the beginnings of them, or last")
    .option("--report <file>", "write it there too: .md or .json; may be repeated", collectFlag)
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .action(async (runs: string[], flags: CompareFlags) => {
      const { compareKept } = await import("../compare/compare-kept.ts");
      onExit(await compareKept(runs, flags));
    });
}
