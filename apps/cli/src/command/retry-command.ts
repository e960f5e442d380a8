import { OUTCOMES, type Outcome } from "@cluster/batch";
import { Command, InvalidArgumentError } from "commander";
import { nearest } from "../config/nearest.ts";
import { GROUPS } from "./flag-groups.ts";
import { collectFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";
import { type RunFlags, withRunFlags } from "./run-flags.ts";

/** The flags of `cluster retry`. */
export interface RetryFlags extends RunFlags {
  readonly outcome?: readonly Outcome[];
  readonly reason?: readonly string[];
}

function outcomeFlag(value: string, previous: readonly Outcome[] | undefined): Outcome[] {
  const known = OUTCOMES.find((outcome) => outcome === value);
  if (known !== undefined) return [...(previous ?? []), known];
  const meant = nearest(value, OUTCOMES);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new InvalidArgumentError(`It takes one of ${OUTCOMES.join(", ")}.${hint}`);
}

/** `cluster retry`. */
export function retryCommand(raw: readonly string[], onExit: OnExit): Command {
  const command = new Command("retry")
    .summary("try again what failed in a run")
    .description(
      "Tries the failed tasks of a run again, all or some of them, and goes on with it as resume does.",
    )
    .argument("[run]", "its id, the beginning of it, or last", "last")
    .optionsGroup(GROUPS.chosen)
    .option("--outcome <outcome>", "only those that ended so; may be repeated", outcomeFlag)
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
