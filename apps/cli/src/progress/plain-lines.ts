import type { RunEvent } from "@cluster/batch";
import { printable } from "./fit.ts";
import { formatTime } from "./quantities.ts";

/** The first line of a message: the report has the rest. */
function firstLine(message: string): string {
  return printable(message.trim().split("\n", 1)[0] ?? "");
}

function names(files: readonly string[]): string {
  return printable(files.join(", "));
}

/**
 * What happened in a task, as one line: `[12/218] landed docs/a.md 1.2s`. `null` for tasks that were
 * never tried: a run that ends early would print hundreds of them, all with its own reason.
 */
export function endedLine(
  event: Extract<RunEvent, { type: "task.ended" }>,
  ended: number,
  total: number,
): string | null {
  if (event.outcome.attempts === 0) return null;
  const { outcome, files, tookMs, reason } = event.outcome;
  const place = `[${String(ended).padStart(String(total).length)}/${total}]`;
  const why = reason === null ? "" : `: ${firstLine(reason.message)}`;
  return `${place} ${outcome} ${names(files)} ${formatTime(tookMs)}${why}`;
}

/**
 * An event that a reader wants to see although nothing has ended, as one line; `null` for all others.
 */
export function noteLine(event: RunEvent): string | null {
  switch (event.type) {
    case "attempt.ended":
      if (!event.retried) return null;
      return `another attempt at task ${event.index + 1} after ${event.outcome}: ${firstLine(event.message ?? "")}`;
    case "run.paused":
      return `paused for ${formatTime(Math.max(0, event.until - event.at))}: ${firstLine(event.reason)}`;
    case "run.state":
      return event.reason === undefined ? null : `${event.state}: ${firstLine(event.reason)}`;
    case "pool":
      if (event.event.type !== "instance.state" || event.event.state !== "failed") return null;
      return `instance ${event.event.instance} has failed: ${firstLine(event.event.detail ?? "")}`;
    default:
      return null;
  }
}
