import {
  formatTime,
  type Place,
  plural,
  type RunEstimate,
  type TaskContext,
  type TaskInput,
} from "@cluster/batch";
import { landText } from "../config/land.ts";
import type { EarlierRuns } from "../estimate/earlier-samples.ts";
import { estimateLines } from "../estimate/render-estimate.ts";
import { oneLine, printable } from "../progress/fit.ts";
import type { RunSettings } from "../run/settings.ts";
import { shellWord } from "./shell-word.ts";

/** What `--dry-run` shows. */
export interface RunPlan {
  readonly dryRun: true;
  readonly repository: string;
  readonly tool: string;
  readonly workers: number;
  readonly model: string | null;
  readonly place: Place;
  readonly context: TaskContext;
  /** The template of the tasks that have no prompt of their own; `null` when there is none. */
  readonly message: string | null;
  readonly read: readonly string[];
  readonly verify: string | null;
  readonly setup: string | null;
  readonly land: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly toolArguments: readonly string[];
  /** How the first instance would be started, as a user would; `null` when the tool cannot say without a task. */
  readonly command: { readonly file: string; readonly args: readonly string[] } | null;
  /** With their prompts, as they would be sent. */
  readonly tasks: readonly TaskInput[];
  readonly estimate: RunEstimate;
  /** The earlier runs whose tasks were measured for it; `null`: there are none of the like. */
  readonly measured: EarlierRuns | null;
  readonly warnings: readonly string[];
}

const CONTEXTS: Readonly<Record<TaskContext, string>> = {
  fresh: "fresh, a process for each task",
  reset: "reset, made to forget after each task, or replaced where the tool cannot",
  conversation: "conversation, kept from task to task",
};

/** A plan from what a run was told. */
export function runPlan(
  settings: RunSettings,
  rest: Pick<
    RunPlan,
    | "repository"
    | "message"
    | "context"
    | "tasks"
    | "warnings"
    | "command"
    | "estimate"
    | "measured"
  >,
): RunPlan {
  const {
    tool,
    workers,
    place,
    model,
    read,
    verify,
    setup,
    land,
    timeoutMs,
    retries,
    toolArguments,
  } = settings;
  return {
    dryRun: true,
    ...rest,
    tool,
    workers: Math.min(workers, rest.tasks.length),
    place,
    model: model ?? null,
    read,
    verify: verify ?? null,
    setup: setup ?? null,
    land: landText(land ?? {}),
    timeoutMs,
    retries,
    toolArguments,
  };
}

/** The plan for people. Pure. */
export function renderPlan(plan: RunPlan): string {
  const lines = [
    `Would run ${plural(plan.tasks.length, "task")} with ${plural(plan.workers, "worker")} of ${plan.tool} in ${plan.repository}:`,
    ...plan.tasks.map((task) => `  ${printable(taskLine(task))}`),
    "",
  ];
  if (plan.message !== null) lines.push(`message: ${oneLine(plan.message)}`);
  const [first] = plan.tasks;
  if (first !== undefined && first.prompt !== plan.message) {
    lines.push(`first:   ${oneLine(first.prompt)}`);
  }
  if (plan.model !== null) lines.push(`model:   ${plan.model}`);
  if (plan.place === "in-place") lines.push("place:   in place, with a backup of each file");
  lines.push(`context: ${CONTEXTS[plan.context]}`);
  if (plan.read.length > 0) lines.push(`read:    ${printable(plan.read.join(", "))}`);
  if (plan.setup !== null) lines.push(`setup:   ${printable(plan.setup)}`);
  if (plan.verify !== null) lines.push(`verify:  ${printable(plan.verify)}`);
  if (plan.land !== "merge") lines.push(`land:    ${printable(plan.land)}`);
  lines.push(
    `timeout: ${formatTime(plan.timeoutMs)} a turn, ${plural(plan.retries, "retry", "retries")}`,
  );
  if (plan.command !== null) {
    lines.push(
      `command: ${[plan.command.file, ...plan.command.args].map(shellWord).map(printable).join(" ")}`,
    );
  }
  lines.push(
    "",
    ...estimateLines(plan.estimate, { workers: plan.workers, earlier: plan.measured }),
    "",
    "Nothing was started.",
  );
  return lines.join("\n");
}

/** What a task is about, and what it has of its own. */
function taskLine({ files, prompt, name, tool, model, after = [] }: TaskInput): string {
  const own = [
    ...(name === undefined ? [] : [`id ${name}`]),
    ...(after.length === 0 ? [] : [`after ${after.join(", ")}`]),
    ...(tool === undefined ? [] : [`tool ${tool}`]),
    ...(model === undefined ? [] : [`model ${model}`]),
  ];
  const about = files.length === 0 ? oneLine(prompt) : files.join(", ");
  return own.length === 0 ? about : `${about} (${own.join("; ")})`;
}
