import type { LocalRunStore, Site } from "@cluster/batch";
import type { ExitName } from "../exit/exit-codes.ts";
import { fromStored, type StoredComparison } from "../run/from-stored.ts";
import { limitSettings } from "../run/limit-settings.ts";
import { type Comparable, comparableOf } from "./comparable.ts";
import { compareRuns } from "./comparison.ts";
import { runsOfComparison } from "./comparison-runs.ts";
import type { SharedLimits } from "./shared-limits.ts";
import { writeComparison } from "./write-comparison.ts";

/** Where kept runs are, and where a comparison of them is shown. */
export interface ShowOptions {
  readonly repository: Site;
  readonly store: LocalRunStore;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
  readonly json: boolean;
  /** Of `--report`, checked. */
  readonly files: readonly string[];
  /** What its tools may take together. @default as its newest run was begun with */
  readonly limits?: SharedLimits;
}

/** Shows kept runs side by side. One that is part of a comparison may stand for all of it. */
export async function showRuns(
  given: readonly string[],
  options: ShowOptions,
): Promise<readonly Comparable[]> {
  const { repository, store, json, files, elsewhere } = options;
  const comparison = await commonComparison(given, options);
  const begun = comparison === null ? [] : await runsOfComparison(comparison, options);
  const runs = given.length === 1 && begun.length > 0 ? begun.map(({ run }) => run) : given;
  const found: Comparable[] = [];
  let limits: SharedLimits = {};
  for (const run of runs) {
    using reader = await store.read(repository, run);
    found.push(comparableOf(reader));
    const stored = comparison === null ? null : fromStored(reader.record);
    if (stored !== null) limits = limitSettings(stored.flags, stored.config, {}).options;
  }
  const { maxCostUsd = null, maxTokens = null } = options.limits ?? limits;
  const tools = begun.map(({ tool }) => tool);
  const missing = comparison?.tools.filter((tool) => !tools.includes(tool)) ?? [];
  const sample = comparison?.which ?? null;
  await writeComparison(
    compareRuns(found, { sample, missing, limits: { maxCostUsd, maxTokens } }),
    { json, files, elsewhere },
  );
  return found;
}

/** How a command ends that has shown a comparison. */
export function exitOfComparison(runs: readonly Comparable[], isWhole: boolean): ExitName {
  const exits = new Set(runs.filter(({ ok }) => !ok).map(({ exit }) => exit));
  const [only = "done"] = exits;
  if (exits.size === 0) return isWhole ? "done" : "failed";
  return exits.size === 1 ? only : "failed";
}

/** The comparison that all of the runs are part of; `null` where there is none. */
async function commonComparison(
  runs: readonly string[],
  { repository, store }: ShowOptions,
): Promise<StoredComparison | null> {
  let common: StoredComparison | null = null;
  for (const [i, run] of runs.entries()) {
    using reader = await store.read(repository, run);
    const own = fromStored(reader.record)?.comparison ?? null;
    if (own === null || (i > 0 && common?.id !== own.id)) return null;
    common = own;
  }
  return common;
}
