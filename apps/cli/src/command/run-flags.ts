import type { DeliveryChoice, Per, Price, TaskContext } from "@cluster/batch";
import { type Command, Option } from "commander";
import { GROUPS } from "./flag-groups.ts";
import {
  collectFlag,
  durationFlag,
  failOverFlag,
  landFlag,
  retriesFlag,
  sizeFlag,
  textFlag,
  workersFlag,
} from "./flag-values.ts";
import { type LimitFlags, withCostLimit, withLimitFlags } from "./limit-flags.ts";

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
  readonly failOver?: boolean | string;
  readonly model?: string;
  readonly price?: Readonly<Record<string, Price>>;
  readonly read?: readonly string[];
  readonly timeout?: number;
  readonly idleTimeout?: number;
  readonly startTimeout?: number;
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
  readonly compare?: string;
  readonly sample?: number;
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly cwd?: string;
  readonly config?: string;
}

/** Adds how a run goes on, whether it begins or is gone on with: what `cluster run` and `resume` share. */
export function withRunFlags(command: Command): Command {
  withMostUsed(command);
  withTurnFlags(command);
  withWorktreeFlags(command);
  withLimitFlags(command);
  return withGeneralFlags(command);
}

function withMostUsed(command: Command): void {
  command
    .optionsGroup(GROUPS.mostUsed)
    .option("-w, --workers <n>", "instances that work at once (default: 5)", workersFlag)
    .option(
      "--tool <names>",
      "aider, gemini, … or several that share the tasks: aider,gemini or aider:3,gemini:2 " +
        "(default: aider)",
      textFlag,
    )
    .option("--model <name>", "the model, as the tool names it", textFlag)
    .option("--verify <command>", "must succeed before an edit lands", textFlag)
    .option("--canary <n>", "try so many tasks first, and show their diffs", workersFlag);
  withCostLimit(command);
}

function withTurnFlags(command: Command): void {
  command
    .optionsGroup(GROUPS.turns)
    .option("--read <file>", "context that is not edited; may be repeated", collectFlag)
    .option(
      "--timeout <time>",
      "one turn at most: 90s, 5m, or seconds (default: 10m)",
      durationFlag,
    )
    .option("--idle-timeout <time>", "silence within a turn at most (default: none)", durationFlag)
    .option(
      "--start-timeout <time>",
      "from the start of a tool to its first turn at most (default: 2m)",
      durationFlag,
    )
    .option(
      "--fail-over [kinds]",
      "a task goes on with another tool after such failures, also one that names its tool " +
        "(default: auth, quota, overload and environment, for tasks that name none)",
      failOverFlag,
    )
    .option("--no-fail-over", "each task stays with the tool that it was given to")
    .option(
      "--retries <n>",
      "further attempts at a task, after a failure that another one may mend: a refused " +
        "request or key is none (default: 1)",
      retriesFlag,
    )
    .option(
      "--tell-failure",
      "try a refused edit again, as --retries says, and tell the model why it was refused",
    )
    .option("--require-change", "a task that changes nothing has failed")
    .addOption(
      new Option(
        "--context <kind>",
        "what a task knows of those before it (default: fresh, a process for each task, with tools " +
          "that start quickly, as aider does on Linux; otherwise reset)",
      ).choices(["fresh", "reset", "conversation"] satisfies TaskContext[]),
    );
}

function withWorktreeFlags(command: Command): void {
  command
    .optionsGroup(GROUPS.worktrees)
    .option("--setup <command>", "makes each new worktree fit for work, as npm ci does", textFlag)
    .option("--setup-timeout <time>", "that command at most (default: 10m)", durationFlag)
    .option(
      "--land <how>",
      "merge, squash or rebase into the checked-out branch; branch: stay on the run's own; " +
        "patches[=FOLDER]: a file for each task (default: merge)",
      landFlag,
    )
    .option(
      "--verify-run <command>",
      "must succeed on all that landed before it is delivered",
      textFlag,
    )
    .option("--in-place", "work in the folder itself: no git needed, a backup of each file")
    .option("--allow-outside", "land changes outside a task's files too")
    .option("--hooks", "run your git hooks on each commit that is to land")
    .option("--max-disk <size>", "all worktrees at most: 500MB, 10GB (default: none)", sizeFlag)
    .addOption(
      new Option(
        "--durable <what>",
        "what the run survives: process, the end of its process; power, a loss of power too (default: process)",
      ).choices(["process", "power"]),
    );
}

function withGeneralFlags(command: Command): Command {
  return command
    .optionsGroup(GROUPS.output)
    .option(
      "--report <file>",
      "write the report there too: .md, .json, or .xml for JUnit; may be repeated",
      collectFlag,
    )
    .option("--json", "one JSON document on stdout")
    .option("-q, --quiet", "no progress, only the report")
    .optionsGroup(GROUPS.general)
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addOption(new Option("--config <file>", "this configuration file").argParser(textFlag));
}
