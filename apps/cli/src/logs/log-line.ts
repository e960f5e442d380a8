import type { PoolEvent, RunEvent } from "@cluster/batch";
import { formatTime, plural } from "@cluster/batch/kept";
import { oneLine, printable } from "../progress/fit.ts";
import { noteLine } from "../progress/plain-lines.ts";
import { formatMoment } from "../runs/when.ts";

/** Tells events as lines. It remembers the files of the tasks that are under way, and nothing else. */
export class LogLines {
  readonly #names = new Map<string, string>();

  /** An event as one line with its time; `null` for one that says nothing to people. */
  line(event: RunEvent): string | null {
    const text = this.#tell(event);
    return text === null ? null : `${formatMoment(event.at)} ${text}`;
  }

  #tell(event: RunEvent): string | null {
    switch (event.type) {
      case "attempt.started":
        this.#names.set(event.task, nameOf(event.task, event.files));
        return null;
      case "attempt.stage": {
        const where = event.instance === null ? "" : ` on instance ${event.instance}`;
        return `${this.#name(event.task)}: ${event.stage}${where}`;
      }
      case "attempt.ended": {
        if (!event.retried) return null;
        const why = event.message === null ? "" : `: ${oneLine(event.message)}`;
        return `${this.#name(event.task)}: attempt ${event.attempt} ended with ${event.outcome}, another one follows${why}`;
      }
      case "task.ended": {
        const { task, files, outcome, tookMs, attempts, reason } = event.outcome;
        this.#names.delete(task);
        const why = reason === null ? "" : `: ${oneLine(reason.message)}`;
        const took = attempts === 0 ? "" : ` after ${formatTime(tookMs)}`;
        return `${nameOf(task, files)}: ${outcome}${took}${why}`;
      }
      default:
        return tellRun(event);
    }
  }

  #name(task: string): string {
    return this.#names.get(task) ?? task;
  }
}

function nameOf(task: string, files: readonly string[]): string {
  return printable(files.join(", ") || task);
}

type OfRun = Exclude<RunEvent, { type: `attempt.${string}` | `task.${string}` }>;

function tellRun(event: OfRun): string | null {
  switch (event.type) {
    case "run.started": {
      const what = event.before === null ? "begun" : "gone on with";
      return `run ${event.run} ${what}: ${plural(event.tasks, "task")}, ${plural(event.workers, "worker")} of ${printable(event.tool)}`;
    }
    case "run.state":
      return `run ${event.run}: ${event.state}${event.reason === undefined ? "" : `: ${oneLine(event.reason)}`}`;
    case "run.ended": {
      const { end, counts, haltReason } = event.report;
      const why = haltReason === null ? "" : `: ${oneLine(haltReason)}`;
      return `run ${event.run}: ${end}, ${counts.landed} landed${why}`;
    }
    case "pool":
      return tellPool(event.event);
    default:
      return note(event);
  }
}

/** What holds a run up is told as its progress tells it. */
function note(event: OfRun): string | null {
  const text = noteLine(event, { tool: "", attempts: [] });
  return text === null ? null : `run ${event.run}: ${text}`;
}

function tellPool(event: PoolEvent): string | null {
  switch (event.type) {
    case "instance.state":
      if (event.state !== "failed" && event.state !== "backoff") return null;
      return `instance ${event.instance}: ${event.state}${event.detail === undefined ? "" : `: ${oneLine(event.detail)}`}`;
    case "turn.question":
      return `instance ${event.instance} asked: ${oneLine(JSON.stringify(event.answered))}`;
    case "ledger.swept":
      return `${plural(event.processes, "process")} of a program that was killed ended`;
    case "ledger.failed":
      return `no ledger of processes can be written: ${oneLine(event.detail)}`;
    default:
      return null;
  }
}
