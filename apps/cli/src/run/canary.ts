import { createInterface } from "node:readline";
import { type CanaryOptions, type CanaryReport, plural } from "@cluster/batch";
import { usageError } from "../exit/cli-error.ts";
import { printable } from "../progress/fit.ts";
import type { Progress } from "../progress/progress-contract.ts";
import { readDiff } from "../show/diff.ts";
import type { RunSettings } from "./settings.ts";

/** More of a diff than that is for `cluster show`. */
const SHOWN_LINES = 200;

/** How the first tasks are shown. */
export interface CanaryDisplay {
  readonly progress: Progress;
  /** The root of the work tree. */
  readonly root: string;
  readonly quiet: boolean;
}

/**
 * How a run's first tasks are tried: their diffs are shown, then the outcomes, a command or the user decide.
 * @throws {CliError} usage, when nobody can be asked
 */
export function canaryOptions(
  { limits: { canary } }: Pick<RunSettings, "limits">,
  display: CanaryDisplay,
): { readonly canary?: CanaryOptions } {
  if (canary === null) return {};
  const { tasks, ask, verify } = canary;
  if (ask && !process.stdin.isTTY) {
    throw usageError(
      "--canary-ask: nobody can be asked, since stdin is no terminal.",
      "Leave it away, or give --canary-verify a command that decides.",
    );
  }
  const { progress, quiet } = display;
  return {
    canary: {
      tasks,
      ...(quiet && !ask ? {} : { show: (report) => show(report, display) }),
      ...(ask ? { judge: (report, signal) => question(report, progress, signal) } : {}),
      ...(verify === undefined ? {} : { verify }),
    },
  };
}

async function show(
  { tasks, base }: CanaryReport,
  { progress, root }: CanaryDisplay,
): Promise<void> {
  const commits = tasks.flatMap(({ outcome, evidence }) =>
    outcome === "landed" && evidence.commit !== null ? [evidence.commit] : [],
  );
  for (const { files, outcome, reason } of tasks) {
    if (outcome === "landed") continue;
    const why = reason === null ? "" : `: ${printable(reason.message)}`;
    progress.say(`${outcome} ${printable(files.join(", "))}${why}`);
  }
  // In place the edits are in the files themselves.
  if (commits.length === 0 || base === "") return;
  const kept = { commits, files: [], patches: [], inPlace: 0 };
  const diff = await readDiff(root, kept).catch(() => "");
  const lines = diff.trimEnd().split("\n");
  for (const line of lines.slice(0, SHOWN_LINES)) progress.say(printable(line));
  if (lines.length > SHOWN_LINES) {
    progress.say(`… ${lines.length - SHOWN_LINES} more lines of the diff: cluster show --diff`);
  }
}

async function question(
  { waiting, ok }: CanaryReport,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const others = plural(waiting, "other task");
  progress.say(`${ok ? "" : "Not all of them landed. "}Go on with the ${others}? [y/N]`);
  const terminal = createInterface({ input: process.stdin });
  const answered = Promise.withResolvers<string>();
  const noAnswer = (): void => answered.resolve("");
  terminal.once("line", answered.resolve);
  terminal.once("close", noAnswer);
  signal.addEventListener("abort", noAnswer, { once: true });
  try {
    return /^y(es)?$/i.test((await answered.promise).trim());
  } finally {
    signal.removeEventListener("abort", noAnswer);
    terminal.close();
  }
}
