import {
  foldRun,
  initialRunStatus,
  type Outcome,
  plural,
  type RunEvent,
  type RunStatus,
} from "@cluster/batch";
import { endedLine, lateLine, noteLine, slowLine } from "./plain-lines.ts";
import { withoutTold } from "./told.ts";

/** More reasons than these are not remembered: the lines that told them are far away. */
const REMEMBERED = 20;

/** What ends tasks that nobody has begun with. */
const CALLED_OFF: ReadonlySet<Outcome> = new Set(["cancelled", "budget", "quota"]);

/** A run as it goes on, and what is said of it line by line: a reason that many share is told once. */
export class ProgressLines {
  readonly #elsewhere: string | undefined;
  #status: RunStatus = initialRunStatus("");
  /** Ended tasks that were tried, before this process too; the others are not counted off. */
  #tried = 0;
  /** Tasks whose turn has begun: those that only got ready for one were not tried. */
  readonly #turns = new Set<string>();
  /** The tools that got ready once, or of which it was said that they do not. */
  readonly #starts = new Set<string>();
  /** Those of which it was said that they take long. */
  readonly #slow = new Set<string>();
  readonly #failures = new Set<string>();
  readonly #reasons = new Set<string>();

  /** @param elsewhere The folder that commands to copy must name. */
  constructor(elsewhere?: string) {
    this.#elsewhere = elsewhere;
  }

  get status(): RunStatus {
    return this.#status;
  }

  /** Takes an event, and gives the line that is to be printed for it, or `null`. */
  onEvent(event: RunEvent): string | null {
    // An attempt that has ended is under way no more afterwards.
    const { attempts } = this.#status;
    this.#status = foldRun(this.#status, event);
    const known = { tool: this.#status.tool, attempts, elsewhere: this.#elsewhere };
    if (event.type === "run.started") {
      this.#tried = this.#status.ended;
      return this.#tried === 0 ? null : beforeLine(this.#tried, this.#status.total);
    }
    if (event.type === "attempt.stage" && event.stage === "turn") this.#turns.add(event.task);
    if (event.type === "task.ended") return this.#ended(event);
    if (event.type === "run.state" && event.reason !== undefined) {
      return noteLine({ ...event, reason: withoutTold(event.reason, this.#reasons) }, known);
    }
    const late = this.#lateStart(event);
    if (late !== null) return late;
    const failure = failureOf(event);
    if (failure === null) return noteLine(event, known);
    if (this.#failures.has(failure)) return null;
    this.#failures.add(failure);
    this.#remember(failure);
    return noteLine(event, known);
  }

  /** The first start of a tool that failed or took too long: until the last one nothing else would be said. */
  #lateStart(event: RunEvent): string | null {
    if (event.type !== "pool") return null;
    const { event: happened, tool = this.#status.tool } = event;
    if (happened.type === "process.ready") this.#starts.add(tool);
    if (happened.type === "process.late") {
      if (this.#starts.has(tool) || this.#slow.has(tool)) return null;
      this.#slow.add(tool);
      return slowLine(tool, happened.startMs, happened.detail);
    }
    if (happened.type !== "instance.state" || happened.state !== "backoff") return null;
    if (this.#starts.has(tool)) return null;
    this.#starts.add(tool);
    return lateLine(tool, happened.detail ?? "");
  }

  #ended(event: Extract<RunEvent, { type: "task.ended" }>): string | null {
    const { task, attempts, reason, outcome } = event.outcome;
    const wasTried = this.#turns.delete(task) || !CALLED_OFF.has(outcome);
    if (attempts === 0 || !wasTried) return null;
    this.#tried += 1;
    const known = reason !== null && this.#failures.has(reason.message);
    if (reason !== null) this.#remember(reason.message);
    return endedLine(
      event,
      this.#tried,
      this.#status.total,
      known ? "as above" : undefined,
      this.#status.tool,
    );
  }

  #remember(reason: string): void {
    this.#reasons.delete(reason);
    this.#reasons.add(reason);
    const [oldest] = this.#reasons;
    if (this.#reasons.size > REMEMBERED && oldest !== undefined) this.#reasons.delete(oldest);
  }
}

function beforeLine(ended: number, total: number): string {
  return `${ended} of ${plural(total, "task")} had ended before`;
}

function failureOf(event: RunEvent): string | null {
  if (event.type !== "pool" || event.event.type !== "instance.state") return null;
  return event.event.state === "failed" ? (event.event.detail ?? "") : null;
}
