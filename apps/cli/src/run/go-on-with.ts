import {
  BatchError,
  type RunRecord,
  type RunReport,
  type RunTally,
  resumeRun,
} from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import type { ResumeFlags } from "../command/resume-command.ts";
import { workingFolder } from "../command/working-folder.ts";
import {
  checkResumedComparison,
  goOnComparing,
  partOfResumed,
} from "../compare/go-on-comparing.ts";
import { comparisonFiles } from "../compare/write-comparison.ts";
import { continueRun } from "../control/steer.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { createProgress, progressStyle } from "../progress/progress.ts";
import type { Progress } from "../progress/progress-contract.ts";
import { reportFiles } from "../report/report-files.ts";
import { type KeptRuns, keptRuns } from "../runs/kept-runs.ts";
import { pickedRun } from "../runs/picked-run.ts";
import { summaryOf } from "../runs/read-summary.ts";
import { resumableRun } from "../runs/resumable-run.ts";
import { openTasks, phaseOf } from "../runs/run-phase.ts";
import { canaryOptions } from "./canary.ts";
import { conductRun } from "./conduct-run.ts";
import type { StoredComparison, StoredSettings } from "./from-stored.ts";
import { prepareResume, type ResumedRun, requireStored } from "./prepare-resume.ts";
import { presentReport } from "./present-report.ts";
import { requireTool } from "./require-tool.ts";

/** `cluster resume`: goes on with a run, or lets one that is paused go on. */
export async function goOnWith(
  wanted: string,
  flags: ResumeFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const kept = await keptRuns(flags.cwd);
  // What globs name now may be more than a run has done, also one that has come to its end.
  const isNewest = wanted !== "last" || flags.fromInputs === true;
  const found = await lookAt(kept, isNewest ? wanted : await whatIsMeant(kept, flags));
  if (found.owned) return await continueRun(kept, found.record.run, flags);
  const stored = requireStored(found.record);
  const { comparison } = stored;
  if (comparison === undefined) return await resume(found, stored, kept, flags, raw);
  return await resumeComparison(found, { ...stored, comparison }, kept, flags, raw);
}

/** What is to be known of a run before it is gone on with. */
interface FoundRun {
  readonly record: RunRecord;
  readonly tally: RunTally;
  readonly owned: boolean;
  /** It came to its end, and each task has its outcome. */
  readonly isOver: boolean;
  readonly isUndone: boolean;
  /** Its first tasks were tried, and accepted: nobody is asked again. */
  readonly tried: boolean;
}

/** Of several runs the newest is often complete, and an older one waits. */
async function whatIsMeant(kept: KeptRuns, { quiet }: ResumeFlags): Promise<string> {
  const meant = await resumableRun(kept);
  if (meant !== null) {
    const told = quiet === true ? [] : pickedRun(meant, Date.now(), kept.elsewhere);
    for (const line of told) process.stderr.write(`${line}\n`);
    return meant.run;
  }
  using newest = await kept.store.read(kept.repository, "last");
  if (phaseOf(summaryOf(newest)) !== "undone")
    process.stderr.write("No run is to be gone on with. This is the newest:\n");
  return newest.record.run;
}

async function lookAt({ repository, store }: KeptRuns, wanted: string): Promise<FoundRun> {
  using reader = await store.read(repository, wanted);
  return {
    record: reader.record,
    tally: reader.tally(),
    owned: reader.owner !== null,
    isOver: phaseOf(summaryOf(reader)) === "complete" && openTasks(summaryOf(reader)) === 0,
    isUndone: phaseOf(summaryOf(reader)) === "undone",
    tried: reader.marks().some((mark) => mark.type === "run.canary" && mark.goesOn),
  };
}

async function resume(
  found: FoundRun,
  stored: StoredSettings,
  kept: KeptRuns,
  flags: ResumeFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const files = reportFiles(flags.report ?? [], workingFolder(flags.cwd));
  const prepared = await prepareResume(found.record, stored, flags, raw);
  const { requireChange } = prepared.settings;
  const ended = await conduct(found, prepared, kept, flags);
  if (ended === null) return exitOfTally(found.tally, requireChange);
  const { report, progress } = ended;
  const json = flags.json === true;
  const { elsewhere } = kept;
  return await presentReport(report, { json, requireChange, elsewhere, files, progress });
}

/** A run that is one of several: the other tools follow, if they have not begun, and all is shown together. */
async function resumeComparison(
  found: FoundRun,
  stored: StoredSettings & { readonly comparison: StoredComparison },
  kept: KeptRuns,
  flags: ResumeFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const beganAt = performance.now();
  const { run } = found.record;
  checkResumedComparison(run, flags, raw);
  const files = comparisonFiles(flags.report ?? [], workingFolder(flags.cwd));
  const { comparison } = stored;
  const prepared = await prepareResume(found.record, stored, flags, raw);
  const limits = prepared.settings.limits.options;
  const part = await partOfResumed(run, comparison, limits, kept);
  const options = { ...prepared.options, ...part };
  const isLeft = !found.isOver && part !== null;
  if (!found.isOver && part === null && flags.quiet !== true) {
    process.stderr.write(
      "Nothing is left of the limit for all tools together: say a higher one, such as --max-cost.\n",
    );
  }
  const ended = isLeft ? await conduct(found, { ...prepared, options }, kept, flags) : null;
  return await goOnComparing({
    ...{ ...kept, run, comparison, stored, files, isOver: found.isOver },
    flags: prepared.flags,
    config: prepared.config,
    interrupted: ended?.interrupted === true,
    limits,
    beganAt,
    json: flags.json === true,
  });
}

/** A run that this process went on with. */
interface ConductedRun {
  readonly report: RunReport;
  readonly progress: Progress;
  readonly interrupted: boolean;
}

/** Goes on with a run to its end. `null`: nothing was left to do. */
async function conduct(
  { record: { run }, tally, tried, isUndone }: FoundRun,
  { settings, crew, options, warnings }: ResumedRun,
  { repository, elsewhere }: KeptRuns,
  flags: ResumeFlags,
): Promise<ConductedRun | null> {
  for (const [name, each] of Object.entries({ ...options.tools, [crew]: options.tool })) {
    await requireTool(name, each, repository.root, elsewhere);
  }
  const { requireChange } = settings;
  const quiet = flags.quiet === true;
  const style = progressStyle(process.stderr, quiet);
  const shown = { stream: process.stderr, style, requireChange, elsewhere };
  const progress = await createProgress(shown);
  let interrupted = false;
  try {
    for (const line of quiet ? [] : warnings) progress.say(line);
    const { tool: adapter } = options;
    const display = { ...options, progress, site: repository, quiet, adapter, elsewhere };
    const canary = tried ? {} : canaryOptions(settings, display);
    const report = await conductRun(() => resumeRun({ ...options, ...canary, repository, run }), {
      progress,
      elsewhere,
      onInterrupt: () => {
        interrupted = true;
      },
      onBegun: () => {
        if (quiet) return;
        progress.say(`Run ${run} goes on`);
        if (isUndone) progress.say("What was taken back of it is made again");
      },
    });
    return { report, progress, interrupted: interrupted || report.end === "interrupted" };
  } catch (error) {
    if (!(error instanceof BatchError) || error.code !== "RUN_COMPLETE") throw error;
    progress.say(`Run ${run} has come to its end and nothing is left to do.`);
    progress.say(`What became of it: ${clusterCommand(`show ${run}`, elsewhere)}`);
    if (exitOfTally(tally, requireChange) === "failed") {
      progress.say(`Try again what failed: ${clusterCommand(`retry ${run}`, elsewhere)}`);
    }
    return null;
  } finally {
    progress.end();
  }
}

/** How a run ended that has nothing left to do. */
function exitOfTally({ counts }: RunTally, requireChange: boolean): ExitName {
  const { landed, "no-change": unchanged, ...others } = counts;
  const failed = Object.values(others).reduce((sum, count) => sum + count, 0);
  return failed + (requireChange ? unchanged : 0) === 0 ? "done" : "failed";
}
