import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { RunSummary } from "../contract/run-reader.ts";
import type { RunRecord } from "../contract/run-record.ts";
import { BatchError } from "../errors/batch-error.ts";
import { listSome } from "../errors/list-some.ts";
import { readWitness } from "../journal/integrity/witness.ts";
import { storeFailure } from "../journal/sqlite/failures.ts";
import { journalIn } from "./places.ts";
import { recordIn, summarise } from "./read-run.ts";
import { runElsewhere } from "./run-elsewhere.ts";

/** The runs that are kept in a repository's folder, in no order. */
function runsIn(site: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(site);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw storeFailure(error, "read the folder of runs", site);
  }
  return names.filter((name) => !name.startsWith(".") && hasBegun(join(site, name)));
}

/** Whether a run's beginning was recorded. What was cut off before is no run. */
function hasBegun(folder: string): boolean {
  const journal = journalIn(folder);
  if (!existsSync(journal)) return false;
  return (readWitness(journal)?.sequence ?? 1) > 0;
}

interface Begun {
  readonly run: string;
  readonly record: Pick<RunRecord, "createdAt"> | null;
}

/** Newest first. */
function byBeginning(a: Begun, b: Begun): number {
  const began = ({ record }: Begun): number => record?.createdAt ?? 0;
  return began(b) - began(a) || (a.run < b.run ? 1 : -1);
}

/** Newest first. */
export function listRuns(site: string): readonly RunSummary[] {
  return runsIn(site)
    .map((run) => summarise(run, join(site, run)))
    .sort(byBeginning);
}

/** The run that began last. Nothing else of any is asked for: to sum up large ones takes its time. */
function newestOf(site: string, runs: readonly string[]): string | undefined {
  const begun = runs.map((run) => ({ run, record: recordIn(join(site, run)) }));
  return begun.sort(byBeginning)[0]?.run;
}

/**
 * The name of one run.
 * @param wanted its id, the beginning of it, or `last`
 * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS
 */
export function findRun(site: string, wanted: string): string {
  const runs = runsIn(site);
  if (runs.includes(wanted)) return wanted;
  if (wanted === "last") {
    const newest = newestOf(site, runs);
    if (newest !== undefined) return newest;
    throw new BatchError(
      "RUN_UNKNOWN",
      "No run of this repository is kept. Start one: cluster run",
    );
  }
  const matching = wanted === "" ? [] : runs.filter((run) => run.startsWith(wanted)).sort();
  if (matching.length === 1) return matching[0] as string;
  if (matching.length > 1) {
    throw new BatchError(
      "RUN_AMBIGUOUS",
      `"${wanted}" could be ${listSome(matching)}. Give more of the id.`,
    );
  }
  const known = runs.length === 0 ? "none is kept" : `there are ${listSome([...runs].sort())}`;
  throw new BatchError(
    "RUN_UNKNOWN",
    `No run of this repository has an id that begins with "${wanted}"; ${known}.${runElsewhere(site, wanted)}`,
  );
}
