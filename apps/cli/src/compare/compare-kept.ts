import { workingFolder } from "../command/working-folder.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { fromStored } from "../run/from-stored.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { showRuns } from "./show-comparison.ts";
import { comparisonFiles } from "./write-comparison.ts";

/** The flags of `cluster compare`. */
export interface CompareFlags {
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly cwd?: string;
}

/** `cluster compare RUN…`: kept runs side by side; one run of `--compare` stands for all of them. */
export async function compareKept(runs: readonly string[], flags: CompareFlags): Promise<ExitName> {
  const files = comparisonFiles(flags.report ?? [], workingFolder(flags.cwd));
  const kept = await keptRuns(flags.cwd);
  const { repository, store } = kept;
  const [only = ""] = runs;
  if (runs.length < 2) {
    using reader = await store.read(repository, only);
    if (fromStored(reader.record)?.comparison === undefined) {
      throw usageError(
        `There is nothing to compare: run ${reader.record.run} was not begun with --compare.`,
        "Name two runs or more: cluster compare RUN RUN.",
      );
    }
  }
  await showRuns(runs, { ...kept, json: flags.json === true, files });
  return "done";
}
