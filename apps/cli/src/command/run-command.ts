import type { DeliveryChoice, Per, Price, TaskContext } from "@cluster/batch";
import { Command, Option } from "commander";
import { exitCodeLines } from "../exit/exit-codes.ts";
import {
  collectFlag,
  durationFlag,
  landFlag,
  perFlag,
  priceFlag,
  retriesFlag,
  textFlag,
  workersFlag,
} from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

/** The flags of `cluster run`, as commander gives them. Times are in milliseconds. */
export interface RunFlags {
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
  readonly land?: DeliveryChoice;
  readonly allowOutside?: boolean;
  readonly inPlace?: boolean;
  readonly requireChange?: boolean;
  readonly dryRun?: boolean;
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly cwd?: string;
  readonly config?: string;
}

const AFTER = `
Examples:
  $ cluster run -m "Add type hints" "src/**/*.py" -w 5
  $ cluster run --message-file change.md "docs/**/*.md" --read STYLE.md --verify "npm test"
  $ cluster run -m "Fix the imports" "src/**/*.ts" --dry-run
  $ git ls-files -z "*.go" | cluster run -m "Fix the imports of {{file}}" --files-from - -0
  $ cluster run --tasks renames.csv -m "Rename {{old}} to {{new}} in {{file}}"
  $ cluster run -m "Translate" "i18n/*.json" --json -- --edit-format whole > report.json

One task for each file (--per), or for each row of a list (--tasks). Each instance works in a git worktree of its own; what it changed is
committed and, at the end, brought into the checked-out branch. The first ^C lets running turns end,
the second stops at once. After ^C, or when the run gives up, what had landed stays on the run's own
branch, and the report names the command that lands it. With --in-place all instances work in the
folder itself: what lands stays there, what fails is brought back, and cluster undo takes back a run.

Flags win over cluster.config.{ts,mts,js,mjs,json,yaml,yml} of the folder or a folder above it, and
that over the user's own file.

Exit codes:
${exitCodeLines().join("\n")}`;

/** `cluster run`. */
export function runCommand(raw: readonly string[], onExit: OnExit): Command {
  return new Command("run")
    .summary("make one change in many files")
    .description("Makes one change in each of many files, on several instances of a tool at once.")
    .usage('-m "what to do" [options] <globs...> [-- <raw tool arguments>]')
    .argument("[globs...]", "files, or globs in quotes; .gitignore is honoured")
    .option("-m, --message <text>", "what to do; {{file}} and the columns of a list are filled in")
    .option("--message-file <file>", "read that from a file, or from stdin with -", textFlag)
    .option("--files-from <file>", "the files, a path a line; from stdin with -", textFlag)
    .option("-0, --null", "NUL parts the paths of --files-from")
    .option(
      "--tasks <file>",
      "a list of tasks: .jsonl, .csv, .tsv, .yaml or .json; JSONL from stdin with -",
      textFlag,
    )
    .option("--per <unit>", "a task for each: file, folder or chunk=N (default: file)", perFlag)
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
      "US dollars for a million tokens, for the estimate of --dry-run; may be repeated",
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
    .option(
      "--land <how>",
      "merge, squash or rebase into the checked-out branch; branch: stay on the run's own; " +
        "patches[=FOLDER]: a file for each task (default: merge)",
      landFlag,
    )
    .option("--allow-outside", "land changes outside a task's files too")
    .option("--in-place", "work in the folder itself: no git needed, a backup of each file")
    .option("--require-change", "a task that changes nothing has failed")
    .option("--dry-run", "list the tasks, estimate what they take, and start nothing")
    .option(
      "--report <file>",
      "write the report there too: .md, .json, or .xml for JUnit; may be repeated",
      collectFlag,
    )
    .option("--json", "one JSON document on stdout")
    .option("-q, --quiet", "no progress, only the report")
    .option("-C, --cwd <folder>", "work as if started there", textFlag)
    .addOption(new Option("--config <file>", "this configuration file").argParser(textFlag))
    .addHelpText("after", AFTER)
    .action(async (globs: string[], flags: RunFlags) => {
      const { runFiles } = await import("../run/run-files.ts");
      onExit(await runFiles(globs, flags, raw));
    });
}
