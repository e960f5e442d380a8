import { Command } from "commander";
import { GROUPS } from "./flag-groups.ts";
import { collectFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";
import { type RunFlags, withRunFlags } from "./run-flags.ts";

/** The flags of `cluster retry`. */
export interface RetryFlags extends RunFlags {
  readonly outcome?: readonly string[];
  readonly reason?: readonly string[];
}

/** `cluster retry`. */
export function retryCommand(raw: readonly string[], onExit: OnExit): Command {
  const command = new Command("retry")
    .summary("try again what failed in a run")
    .description(
      "Tries the failed tasks of a run again, all or some of them, and goes on with it as resume does. " +
        "With --outcome landed, what landed is made once more by the tool, on top of what is there now.",
    )
    .argument("[run]", "its id, the beginning of it, or last", "last")
    .optionsGroup(GROUPS.chosen)
    .option("--outcome <outcome>", "only those that ended so; may be repeated", collectFlag)
    .option(
      "--reason <text>",
      "only those whose reason has this in it; may be repeated",
      collectFlag,
    );
  return withRunFlags(command)
    .addHelpText(
      "after",
      `
Examples:
  $ cluster retry
  $ cluster retry 0abc --outcome timeout --timeout 20m
  $ cluster retry last --reason "rate limit"`,
    )
    .action(async (run: string, flags: RetryFlags) => {
      const { retryRun } = await import("../run/retry-run.ts");
      onExit(await retryRun(run, flags, raw));
    });
}
