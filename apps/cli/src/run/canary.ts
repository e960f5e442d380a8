import {
  type CanaryDecision,
  type CanaryOptions,
  type CanaryReport,
  plural,
  type Site,
  samplesOf,
} from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { estimateTasks } from "../estimate/estimate-tasks.ts";
import { estimateLines } from "../estimate/render-estimate.ts";
import { usageError } from "../exit/cli-error.ts";
import { printable } from "../progress/fit.ts";
import type { Progress } from "../progress/progress-contract.ts";
import { taskName } from "../progress/task-name.ts";
import { readDiff } from "../show/diff.ts";
import type { AgentAdapter } from "../tools/tool-entry.ts";
import type { RunSettings } from "./settings.ts";

/** More of a diff than that is for `cluster show`. */
const SHOWN_LINES = 200;

/** How the first tasks are shown. */
export interface CanaryDisplay {
  readonly progress: Progress;
  readonly site: Pick<Site, "root">;
  readonly quiet: boolean;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
  readonly adapter: AgentAdapter;
  /** Those that tasks name. */
  readonly tools?: Readonly<Record<string, AgentAdapter>>;
}

/**
 * How a run's first tasks are tried: their diffs are shown, and what the others will take; then the outcomes,
 * a command or the user decide.
 * @throws {CliError} usage, when nobody can be asked
 */
export function canaryOptions(
  settings: Pick<RunSettings, "limits" | "workers" | "prices" | "model" | "place">,
  display: CanaryDisplay,
): { readonly canary?: CanaryOptions } {
  const { canary } = settings.limits;
  if (canary === null) return {};
  const { tasks, ask, verify } = canary;
  const missing = [
    process.stdin.isTTY ? [] : ["stdin"],
    process.stderr.isTTY ? [] : ["stderr"],
  ].flat();
  if (ask && missing.length > 0) {
    throw usageError(
      `--canary-ask: nobody can be asked, since ${missing[0]} is no terminal.`,
      "Do it at a terminal, or give --canary-verify a command that decides.",
    );
  }
  const { progress, quiet } = display;
  const show = async (report: CanaryReport): Promise<void> => {
    await showEdits(report, settings, display);
    // Where the outcomes decide, nothing follows those that failed.
    if (report.ok || ask) await showEstimate(report, settings, display);
  };
  return {
    canary: {
      tasks,
      ...(quiet && !ask ? {} : { show }),
      ...(ask ? { judge: (report, signal) => question(report, progress, signal) } : {}),
      ...(verify === undefined ? {} : { verify }),
    },
  };
}

async function showEdits(
  { tasks, run }: CanaryReport,
  { place }: Pick<RunSettings, "place">,
  { progress, elsewhere, site: { root } }: CanaryDisplay,
): Promise<void> {
  const commits = tasks.flatMap(({ outcome, evidence }) =>
    outcome === "landed" && evidence.commit !== null ? [evidence.commit] : [],
  );
  for (const { outcome, reason, ...task } of tasks) {
    if (outcome === "landed") continue;
    const why = reason === null ? "" : `: ${printable(reason.message)}`;
    progress.say(`${outcome} ${taskName(task)}${why}`);
  }
  if (place === "in-place") return sayChanges(tasks, progress);
  if (commits.length === 0) return;
  const kept = { commits, files: [], patches: [], inPlace: 0 };
  const diff = await readDiff(root, kept).catch(() => "");
  const lines = diff.trimEnd().split("\n").map(printable);
  const more = lines.length - SHOWN_LINES;
  progress.say(lines.slice(0, SHOWN_LINES).join("\n"));
  if (more > 0) {
    const show = clusterCommand(`show ${run} --diff`, elsewhere);
    progress.say(`… ${plural(more, "more line")} of the diff: ${show}`);
  }
}

/** In place the edits are in the files themselves, and no commit has them apart. */
function sayChanges(tasks: CanaryReport["tasks"], progress: Progress): void {
  const changes = tasks.flatMap(({ outcome, evidence }) =>
    outcome === "landed" ? evidence.changes : [],
  );
  for (const { path, status, addedLines, removedLines } of changes) {
    progress.say(`${status} ${printable(path)} +${addedLines ?? "?"} -${removedLines ?? "?"}`);
  }
}

async function showEstimate(
  { tasks, first, rest }: CanaryReport,
  { workers, prices, model }: Pick<RunSettings, "workers" | "prices" | "model">,
  { progress, site, adapter, tools = {} }: CanaryDisplay,
): Promise<void> {
  const samples = samplesOf(
    first.flatMap((task, i) => {
      const outcome = tasks[i];
      return outcome === undefined ? [] : [{ task, outcome }];
    }),
  );
  if (samples.length === 0 || rest.length === 0) return;
  const context = { workers, prices, model: model ?? null, adapter, tools, samples };
  const estimate = await estimateTasks(site, rest, context);
  const of = `for the ${plural(rest.length, "other task")}`;
  const words = { workers: Math.min(workers, rest.length), of };
  progress.say(estimateLines(estimate, words).join("\n"));
}

async function question(
  { rest, ok }: CanaryReport,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean | CanaryDecision> {
  const others = plural(rest.length, "other task");
  const asked = `${ok ? "" : "Not all of them landed. "}Go on with the ${others}? [y/N]`;
  const answer = await progress.ask(asked, signal);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return true;
  return { goesOn: false, reason: `You did not want the ${others}.` };
}
