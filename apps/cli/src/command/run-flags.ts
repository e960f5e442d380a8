import type { DeliveryChoice, Per, Price, TaskContext } from "@cluster/batch";
import { type Command, Option } from "commander";
import {
  collectFlag,
  durationFlag,
  landFlag,
  priceFlag,
  retriesFlag,
  sizeFlag,
  textFlag,
  workersFlag,
} from "./flag-values.ts";

import { type LimitFlags, withLimitFlags } from "./limit-flags.ts";

/** The flags of `cluster run`, as commander gives them. Times are in milliseconds. */
export interface RunFlags extends LimitFlags {
  readonly message?: string;
  readonly messageFile?: string;
  readonly filesFrom?: string;
  readonly null?: boolean;
  readonly tasks?: string;
  readonly per?: Per;
  readonly workers?: number;
  readonly context?: TaskContext;
  readonly tool?: string;
  readonly model?: string;
  readonly price?: Readonly<Record<string, Price>>;
  readonly read?: readonly string[];
  readonly timeout?: number;
  readonly idleTimeout?: number;
  readonly retries?: number;
  readonly verify?: string;
  readonly setup?: string;
  readonly setupTimeout?: number;
  readonly verifyRun?: string;
  readonly maxDisk?: number;
  readonly land?: DeliveryChoice;
  readonly allowOutside?: boolean;
  readonly hooks?: boolean;
  readonly durable?: "process" | "power";
  readonly inPlace?: boolean;
  readonly requireChange?: boolean;
  readonly dryRun?: boolean;
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly cwd?: string;
  readonly config?: string;
}

/** Adds how a run goes on, whether it begins or is gone on with: what `cluster run` and `resume` share. */
export function withRunFlags(command: Command): Command {
  const limited = withLimitFlags(command);
  return limited
    .option("-w, --workers <n>", "instances that work at once (default: 5)", workersFlag)
    .addOption(
      new Option(
        "--context <kind>",
        "what a task knows of those before it (default: fresh, a process for each task, with tools " +
          "that start quickly, as aider does on Linux; otherwise reset)",
      ).choices(["fresh", "reset", "conversation"] satisfies TaskContext[]),
    )
    .option("--tool <name>", "aider, or a tool of the configuration (default: aider)", textFlag)
    .option("--model <name>", "the model, as the tool names it", textFlag)
    .option(
      "--price <[model=]in,out>",
      "US dollars for a million tokens, for --max-cost and the estimate of --dry-run; may be repeated",
      priceFlag,
    )
    .option("--read <file>", "context that is not edited; may be repeated", collectFlag)
    .option(
      "--timeout <time>",
      "one turn at most: 90s, 5m, or seconds (default: 10m)",
      durationFlag,
    )
    .option("--idle-timeout <time>", "silence within a turn at most (default: none)", durationFlag)
    .option("--retries <n>", "further attempts at a failed task (default: 1)", retriesFlag)
    .option("--verify <command>", "must succeed before an edit lands", textFlag)
    .option("--setup <command>", "makes each new worktree fit for work, as npm ci does", textFlag)
    .option("--setup-timeout <time>", "that command at most (default: 10m)", durationFlag)
    .option(
      "--verify-run <command>",
      "must succeed on all that landed before it is delivered",
      textFlag,
    )
    .option("--max-disk <size>", "all worktrees at most: 500MB, 10GB (default: none)", sizeFlag)
    .option(
      "--land <how>",
      "merge, squash or rebase into the checked-out branch; branch: stay on the run's own; " +
        "patches[=FOLDER]: a file for each task (default: merge)",
      landFlag,
    )
    .option("--allow-outside", "land changes outside a task's files too")
    .option("--hooks", "run your git hooks on each commit that is to land")
    .addOption(
      new Option(
        "--durable <what>",
        "what the run survives: process, the end of its process; power, a loss of power too (default: process)",
      ).choices(["process", "power"]),
    )
    .option("--in-place", "work in the folder itself: no git needed, a backup of each file")
    .option("--require-change", "a task that changes nothing has failed")
    .option(
      "--report <file>",
      "write the report there too: .md, .json, or .xml for JUnit; may be repeated",
      collectFlag,
    )
    .option("--json", "one JSON document on stdout")
    .option("-q, --quiet", "no progress, only the report")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addOption(new Option("--config <file>", "this configuration file").argParser(textFlag));
}
