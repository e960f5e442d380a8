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

/** What the tools of a comparison do, and what is kept of that with each run. */
export interface TurnsOptions {
  readonly comparison: StoredComparison;
  readonly repository: Site;
  readonly store: LocalRunStore;
  readonly tasks: readonly TaskInput[];
  /** The commit that each begins on, so that all do the same. */
  readonly base: string;
  readonly stored: Pick<StoredSettings, "cwd" | "globs" | "config" | "configFile" | "message">;
  readonly quiet: boolean;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
}

/** The options of a contender's run. */
export function optionsOf(
  { settings, crew, flags }: Contender,
  { comparison, repository, tasks, base, stored }: TurnsOptions,
): RunOptions {
  return {
    ...runOptions(settings, crew, crew.tools),
    repository,
    tasks,
    base,
    settings: toStored({ ...stored, flags, raw: [], tools: [], comparison }),
  };
}

/**
 * Has each tool do the tasks, one after the other.
 * @returns whether somebody ended it before
 */
export async function takeTurns(
  contenders: readonly Contender[],
  options: TurnsOptions,
): Promise<boolean> {
  const { quiet, comparison, elsewhere } = options;
  for (const each of contenders) {
    const begun = await runsOfComparison(comparison, options);
    // Somebody else goes on with the same comparison.
    if (begun.some(({ owned, tool }) => owned || tool === each.name)) break;
    const { requireChange } = each.settings;
    const style = progressStyle(process.stderr, quiet);
    const shown = { stream: process.stderr, style, requireChange, elsewhere };
    const progress = await createProgress(shown);
    let interrupted = false;
    try {
      const report = await conductRun(() => startRun(optionsOf(each, options)), {
        progress,
        elsewhere,
        onInterrupt: () => {
          interrupted = true;
        },
        onBegun: (run) => {
          if (!quiet) progress.say(`Run ${run.id} with ${each.name}`);
        },
      });
      if (interrupted || report.end === "interrupted") return true;
    } finally {
      progress.end();
    }
  }
  return false;
}
