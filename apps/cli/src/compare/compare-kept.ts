import { reportOfRun } from "@cluster/batch/kept";
import { workingFolder } from "../command/working-folder.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { fromStored } from "../run/from-stored.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { type Comparable, compareRuns } from "./comparison.ts";
import { comparisonFiles, writeComparison } from "./write-comparison.ts";

/** The flags of `cluster compare`. */
export interface CompareFlags {
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly cwd?: string;
}

/** `cluster compare RUN RUN…`: kept runs side by side. */
export async function compareKept(runs: readonly string[], flags: CompareFlags): Promise<ExitName> {
  const files = comparisonFiles(flags.report ?? [], workingFolder(flags.cwd));
  if (runs.length < 2) {
    throw usageError(
      "There is nothing to compare.",
      "Name two runs or more: cluster compare RUN RUN.",
    );
  }
  const { repository, store } = await keptRuns(flags.cwd);
  const found: Comparable[] = [];
  for (const run of runs) {
    using reader = await store.read(repository, run);
    const stored = fromStored(reader.record);
    const verified = (stored?.flags.verify ?? stored?.config.verify) !== undefined;
    found.push({ report: reportOfRun(reader), verified });
  }
  await writeComparison(compareRuns(found, null), { json: flags.json === true, files });
  return "done";
}
