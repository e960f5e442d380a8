import {
  type LocalRunStore,
  type RunOptions,
  type Site,
  startRun,
  type TaskInput,
} from "@cluster/batch";
import { createProgress, progressStyle } from "../progress/progress.ts";
import { conductRun } from "../run/conduct-run.ts";
import type { StoredComparison, StoredSettings } from "../run/from-stored.ts";
import { runOptions } from "../run/run-options.ts";
import { toStored } from "../run/stored-settings.ts";
import { runsOfComparison } from "./comparison-runs.ts";
import type { Contender } from "./contender.ts";
import { partOfLimits, type SharedLimits, takenByRuns } from "./shared-limits.ts";

/** What the tools of a comparison do, and what is kept of that with each run. */
export interface TurnsOptions {
  readonly comparison: StoredComparison;
  readonly repository: Site;
  readonly store: LocalRunStore;
  readonly tasks: readonly TaskInput[];
  /** The commit that each begins on, so that all do the same. */
  readonly base: string;
  readonly stored: Pick<StoredSettings, "cwd" | "globs" | "config" | "configFile" | "message">;
  /** What they may take together. */
  readonly limits: SharedLimits;
  /** When this session of the comparison began, by the clock of {@link performance.now}. */
  readonly beganAt: number;
  readonly quiet: boolean;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
}

/** The options of a contender's run, with its part of the limits. */
export function optionsOf(
  { settings, crew, flags }: Contender,
  { comparison, repository, tasks, base, stored }: TurnsOptions,
  part: SharedLimits = {},
): RunOptions {
  return {
    ...runOptions(settings, crew, crew.tools),
    ...part,
    repository,
    tasks,
    base,
    settings: toStored({ ...stored, flags, raw: [], tools: [], comparison }),
  };
}

/**
 * Has each tool do the tasks, one after the other.
 * @returns what ended it before the last; `null` when nothing did
 */
export async function takeTurns(
  contenders: readonly Contender[],
  options: TurnsOptions,
): Promise<"interrupted" | "budget" | null> {
  const { quiet, comparison, elsewhere, limits, beganAt } = options;
  for (const [at, each] of contenders.entries()) {
    const begun = await runsOfComparison(comparison, options);
    // Somebody else goes on with the same comparison.
    if (begun.some(({ owned, tool }) => owned || tool === each.name)) break;
    const runs = begun.map(({ run }) => run);
    const taken = { ...(await takenByRuns(runs, options)), maxTimeMs: performance.now() - beganAt };
    const part = partOfLimits({ limits, taken, sharers: contenders.length - at });
    if (part === null) return "budget";
    const { requireChange } = each.settings;
    const style = progressStyle(process.stderr, quiet);
    const shown = { stream: process.stderr, style, requireChange, elsewhere };
    const progress = await createProgress(shown);
    let interrupted = false;
    try {
      const report = await conductRun(() => startRun(optionsOf(each, options, part)), {
        progress,
        elsewhere,
        onInterrupt: () => {
          interrupted = true;
        },
        onBegun: (run) => {
          if (!quiet) progress.say(`Run ${run.id} with ${each.name}`);
        },
      });
      if (interrupted || report.end === "interrupted") return "interrupted";
    } finally {
      progress.end();
    }
  }
  return null;
}
