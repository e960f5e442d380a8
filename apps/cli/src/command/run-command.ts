import { Command } from "commander";
import { exitCodeLines } from "../exit/exit-codes.ts";
import { GROUPS } from "./flag-groups.ts";
import { perFlag, textFlag, workersFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";
import { type RunFlags, withRunFlags } from "./run-flags.ts";

const AFTER = `
Examples:
  $ cluster run -m "Add type hints" "src/**/*.py" -w 5
  $ cluster run --message-file change.md "docs/**/*.md" --read STYLE.md --verify "npm test"
  $ cluster run -m "Fix the imports" "src/**/*.ts" --dry-run
  $ git ls-files -z "*.go" | cluster run -m "Fix the imports of {{file}}" --files-from - -0
  $ cluster run --tasks renames.csv -m "Rename {{old}} to {{new}} in {{file}}"
  $ cluster run -m "Translate" "i18n/*.json" --json -- --edit-format whole > report.json

One task for each file (--per), or for each row of a list (--tasks). Each
instance works in a git worktree of its own; what it changed is committed and,
at the end, brought into the checked-out branch. The first ^C lets running turns
end, the second stops at once. After ^C, or when the run gives up, what had
landed stays on the run's own branch, and the report names the command that
lands it. With --in-place all instances work in the folder itself: what lands
stays there, what fails is brought back, and cluster undo takes back a run.

Flags win over cluster.config.{ts,mts,js,mjs,json,yaml,yml} of the folder or a
folder above it, and that over the user's own file.

Exit codes:
${exitCodeLines().join("\n")}`;

/** `cluster run`. */
export function runCommand(raw: readonly string[], onExit: OnExit): Command {
  const command = new Command("run")
    .summary("make one change in many files")
    .description("Makes one change in each of many files, on several instances of a tool at once.")
    .usage('-m "what to do" [options] <globs...> [-- <raw tool arguments>]')
    .argument("[globs...]", "files, or globs in quotes; .gitignore is honoured")
    .optionsGroup(GROUPS.mostUsed)
    .option("-m, --message <text>", "what to do; {{file}} and the columns of a list are filled in")
    .option("--dry-run", "list the tasks, estimate what they take, and start nothing")
    .optionsGroup(GROUPS.tasks)
    .option("--message-file <file>", "read the message from a file, or from stdin with -", textFlag)
    .option("--files-from <file>", "the files, a path a line; from stdin with -", textFlag)
    .option("-0, --null", "NUL parts the paths of --files-from")
    .option(
      "--tasks <file>",
      "a list of tasks: .jsonl, .csv, .tsv, .yaml or .json; JSONL from stdin with -",
      textFlag,
    )
    .option("--per <unit>", "a task for each: file, folder or chunk=N (default: file)", perFlag)
    .option(
      "--compare <tools>",
      "the same tasks by each of these tools (aider,gemini), each in a run that stays on its own branch; " +
        "limits such as --max-cost hold for all of them together, a part for each",
      textFlag,
    )
    .option(
      "-n, --sample <n>",
      "with --compare: so many of the tasks, spread over the list",
      workersFlag,
    );
  return withRunFlags(command)
    .addHelpText("after", AFTER)
    .action(async (globs: string[], flags: RunFlags) => {
      if (flags.compare !== undefined) {
        const { compareTools } = await import("../compare/compare-tools.ts");
        onExit(await compareTools(globs, flags, raw));
        return;
      }
      const { runFiles } = await import("../run/run-files.ts");
      onExit(await runFiles(globs, flags, raw));
    });
}
