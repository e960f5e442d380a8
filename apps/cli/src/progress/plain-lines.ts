import type { RunEvent, RunStatus } from "@cluster/batch";
import { formatTime, plural } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { oneLine, printable } from "./fit.ts";
import { taskName } from "./task-name.ts";

/**
 * What happened in a task, as one line: `[12/218] landed docs/a.md 1.2s`. `null` for tasks that were
 * never tried: a run that ends early would print hundreds of them, all with its own reason.
 * @param ended How many that were tried have ended, this one included.
 * @param instead Of the reason, where it stands above already.
 * @param tool The run's only one, which needs no mention.
 */
export function endedLine(
  event: Extract<RunEvent, { type: "task.ended" }>,
  ended: number,
  total: number,
  instead?: string,
  tool?: string,
): string | null {
  if (event.outcome.attempts === 0) return null;
  const { outcome, tookMs, reason, evidence } = event.outcome;
  const who =
    evidence.tool === undefined || evidence.tool === tool ? "" : ` by ${printable(evidence.tool)}`;
  const place = `[${String(ended).padStart(String(total).length)}/${total}]`;
  const why = reason === null ? "" : `: ${instead ?? oneLine(reason.message)}`;
  return `${place} ${outcome} ${taskName(event.outcome)} ${formatTime(tookMs)}${who}${why}`;
}

/** An attempt that is followed by another one, and whose it was where that is to be said. */
function retriedLine(
  { task, index, outcome, message }: Extract<RunEvent, { type: "attempt.ended" }>,
  { tool: only, attempts }: Pick<RunStatus, "tool" | "attempts">,
): string {
  const { files = [], tool = null } = attempts.find((attempt) => attempt.task === task) ?? {};
  const who = tool === null || tool === only ? "" : ` by ${printable(tool)}`;
  const name = taskName({ files, index });
  return `another attempt at ${name} after ${outcome}${who}: ${oneLine(message ?? "")}`;
}

/** Where several models or tools are at work, which one is meant. */
function ofModel(
  { model, tool }: { readonly model: string | null; readonly tool: string },
  only: string,
  word = "with",
): string {
  const who = [...(tool === only ? [] : [tool]), ...(model === null ? [] : [model])];
  return who.length === 0 ? "" : ` ${word} ${printable(who.join(" "))}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** What a start said last is at the end of its reason. */
const LONGEST_REASON = 500;

/** A tool that takes long to get ready, and is still waited for. */
export function slowLine(tool: string, afterMs: number, known: string): string {
  const what = `${printable(tool)} is not ready after ${formatTime(afterMs)}`;
  return `${what}: ${oneLine(known, LONGEST_REASON)}`;
}

/** A tool that did not get ready, for as long as it is tried again. */
export function lateLine(tool: string, reason: string): string {
  return `waiting for ${printable(tool)}, which is started again: ${oneLine(reason, LONGEST_REASON)}`;
}

/** The answer to a signal has said these before, in better words. */
const SAID_ALREADY: ReadonlySet<string> = new Set([
  "The run was told to end.",
  "The run was stopped.",
]);

/**
 * An event that a reader wants to see although nothing has ended, as one line; `null` for all others.
 */
export function noteLine(
  event: RunEvent,
  {
    tool,
    attempts,
    elsewhere,
  }: Pick<RunStatus, "tool" | "attempts"> & {
    readonly elsewhere?: string | undefined;
  },
): string | null {
  switch (event.type) {
    case "attempt.ended":
      return event.retried ? retriedLine(event, { tool, attempts }) : null;
    case "run.held":
      return event.held
        ? `paused by cluster pause; go on with: ${clusterCommand(`resume ${event.run}`, elsewhere)}`
        : "going on";
    case "run.scaled":
      return `from now on ${plural(event.workers, "worker")}`;
    case "run.paused": {
      const wait = formatTime(Math.max(0, event.until - event.at));
      return `paused${ofModel(event, tool)} for ${wait}: ${oneLine(event.reason)}`;
    }
    case "run.probing":
      return `one task shows whether the provider answers again${ofModel(event, tool)}`;
    case "run.continued":
      return `the provider answers again${ofModel(event, tool)}`;
    case "run.switched":
      return `going on with ${printable(event.to)}${ofModel(event, tool, "instead of")}: ${oneLine(event.reason)}`;
    case "run.concurrency":
      return `from now on ${event.limit} of ${plural(event.of, "worker")} at once${ofModel(event, tool)}`;
    case "run.tool-out":
      return `${printable(event.tool)} gets no more tasks that others can do: ${oneLine(event.reason)}`;
    case "run.memory":
      return event.low
        ? `memory is short (${megabytes(event.freeBytes)} free): one turn at a time`
        : `memory is free again (${megabytes(event.freeBytes)})`;
    case "run.canary":
      return `trying ${plural(event.tasks.length, "task")} first; the others wait`;
    case "run.canary-judged":
      // A run that halts says why.
      return event.goesOn ? "the trial was accepted; the others follow" : null;
    case "run.state":
      if (event.reason === undefined || SAID_ALREADY.has(event.reason)) return null;
      return oneLine(event.reason);
    case "pool":
      if (event.event.type !== "instance.state" || event.event.state !== "failed") return null;
      // Its number would say nothing: there are more instances than workers.
      return `an instance of ${printable(event.tool ?? tool)} has failed: ${oneLine(event.event.detail ?? "")}`;
    default:
      return null;
  }
}
