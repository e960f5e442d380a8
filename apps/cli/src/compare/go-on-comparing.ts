import type { LocalRunStore, Site } from "@cluster/batch";
import type { ResumeFlags } from "../command/resume-command.ts";
import type { RunFlags } from "../command/run-flags.ts";
import type { ClusterConfig } from "../config/config.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import type { StoredComparison, StoredSettings } from "../run/from-stored.ts";
import { requireTool } from "../run/require-tool.ts";
import { runsOfComparison, tasksOfRun } from "./comparison-runs.ts";
import { type Contender, contender } from "./contender.ts";
import { presentComparison } from "./present-comparison.ts";
import { partOfLimits, type SharedLimits, takenByRuns } from "./shared-limits.ts";

/** A run of a comparison that has been gone on with. */
export interface ResumedComparison {
  readonly run: string;
  readonly comparison: StoredComparison;
  readonly stored: StoredSettings;
  /** As it was begun with, and what is said otherwise now. */
  readonly flags: RunFlags;
  readonly config: ClusterConfig;
  readonly repository: Site;
  readonly store: LocalRunStore;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
  /** It had come to its end before. */
  readonly isOver: boolean;
  /** Somebody ended it again: nothing else begins. */
  readonly interrupted: boolean;
  /** What the tools may take together, from now on. */
  readonly limits: SharedLimits;
  readonly beganAt: number;
  readonly json: boolean;
  readonly files: readonly string[];
}

/** Refuses what would make a comparison untrue. @throws {CliError} usage */
export function checkResumedComparison(
  run: string,
  { tool, fromInputs, land, canary, inPlace, model }: ResumeFlags,
  raw: readonly string[],
): void {
  const against: readonly (readonly [string, boolean])[] = [
    ["--tool", tool !== undefined],
    ["--model", model !== undefined],
    ["--from-inputs", fromInputs === true],
    ["--land", land !== undefined],
    ["--in-place", inPlace === true],
    ["--canary", canary !== undefined],
    ["raw arguments", raw.length > 0],
  ];
  const refused = against.find(([, isGiven]) => isGiven)?.[0];
  if (refused === undefined) return;
  throw usageError(
    `Run ${run} is part of a comparison, and ${refused} would make it another one.`,
    "Its tools do the same tasks, each in a run that stays on its own branch. Begin anew with cluster run --compare.",
  );
}

/**
 * What a run that is gone on with may take, so that the tools which have not begun are left theirs. `null`: nothing
 * is left.
 */
export async function partOfResumed(
  run: string,
  comparison: StoredComparison,
  limits: SharedLimits,
  kept: Pick<ResumedComparison, "repository" | "store">,
): Promise<SharedLimits | null> {
  const begun = await runsOfComparison(comparison, kept);
  const all = begun.map((one) => one.run);
  const taken = { ...(await takenByRuns(all, kept)), maxTimeMs: 0 };
  const own = await takenByRuns([run], kept);
  return partOfLimits({ limits, taken, own, sharers: comparison.tools.length - begun.length + 1 });
}

/** The tools that have not begun do the same tasks, on the same commit; then all of it stands side by side. */
export async function goOnComparing(resumed: ResumedComparison): Promise<ExitName> {
  const { run, comparison, stored, flags, config, repository, store, interrupted } = resumed;
  const { elsewhere } = resumed;
  const begun = await runsOfComparison(comparison, { repository, store });
  const names = begun.map(({ tool }) => tool);
  const left = interrupted ? [] : comparison.tools.filter((tool) => !names.includes(tool));
  if (resumed.isOver && left.length === 0 && flags.quiet !== true) {
    process.stderr.write("The comparison has come to its end and nothing of it is left to do.\n");
  }
  const { cwd, globs, configFile, message } = stored;
  const contenders: Contender[] = [];
  for (const name of left) {
    const each = await contender(name, flags, config, cwd);
    await requireTool(name, each.crew.adapter, repository.root, elsewhere);
    contenders.push(each);
  }
  using reader = await store.read(repository, run);
  const exit = await presentComparison(
    contenders,
    {
      comparison,
      repository,
      store,
      tasks: tasksOfRun(reader),
      base: reader.record.base,
      stored: { cwd, globs, config, configFile, message },
      limits: resumed.limits,
      beganAt: resumed.beganAt,
      quiet: flags.quiet === true,
      elsewhere,
    },
    { json: resumed.json, files: resumed.files },
  );
  return interrupted ? "interrupted" : exit;
}
