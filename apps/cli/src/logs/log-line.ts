import { formatTime, type PoolEvent, plural, type RunEvent } from "@cluster/batch";
import { oneLine, printable } from "../progress/fit.ts";
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
    case "run.paused":
      return `run ${event.run}: paused for ${formatTime(Math.max(0, event.until - event.at))}: ${oneLine(event.reason)}`;
    case "run.held":
      return `run ${event.run}: ${event.held ? "held back by its user" : "let go on by its user"}`;
    case "run.scaled":
      return `run ${event.run}: ${plural(event.workers, "worker")} from now on`;
    case "run.probing":
      return `${modelOf(event)}: one task shows whether it answers again`;
    case "run.continued":
      return `${modelOf(event)} answers again`;
    case "run.switched":
      return `${modelOf(event)} refuses; its tasks go on with ${printable(event.to)}: ${oneLine(event.reason)}`;
    case "run.concurrency":
      return `${modelOf(event)}: ${event.limit} of ${event.of} turns at once`;
    case "run.memory":
      return `run ${event.run}: free memory is ${event.low ? "below" : "above"} the floor`;
    case "run.canary":
      return `run ${event.run}: ${plural(event.tasks.length, "task")} first, as a trial of the others`;
    case "run.canary-judged": {
      const why = event.reason === null ? "" : `: ${oneLine(event.reason)}`;
      return `run ${event.run}: the trial is over, ${event.goesOn ? "the others follow" : "the others do not follow"}${why}`;
    }
    case "run.ended": {
      const { end, counts, haltReason } = event.report;
      const why = haltReason === null ? "" : `: ${oneLine(haltReason)}`;
      return `run ${event.run}: ${end}, ${counts.landed} landed${why}`;
    }
    case "pool":
      return tellPool(event.event);
    default:
      return null;
  }
}

function modelOf({
  tool,
  model,
}: {
  readonly tool: string;
  readonly model: string | null;
}): string {
  return printable(model === null ? tool : `${tool} with ${model}`);
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
