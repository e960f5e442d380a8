import type { Clock } from "@cluster/manager";
import type { Journal } from "../contract/journal.ts";
import type { RunEvent } from "../contract/run-event.ts";
import { EventBus } from "../events/event-bus.ts";
import { redactorOf } from "../events/redact.ts";
import { foldRun } from "../status/fold-run.ts";
import { initialRunStatus, type RunStatus } from "../status/run-status.ts";

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown
  ? Omit<Union, Key>
  : never;

/** An event before it is stamped with its run and time. */
export type Happening = DistributiveOmit<RunEvent, "at" | "run">;

/** Where everything that happens in a run goes: into the journal first, then to the subscribers. */
export class Recorder {
  readonly run: string;
  readonly journal: Journal;
  readonly warnings: string[] = [];
  readonly redact: <Data>(data: Data) => Data;
  readonly #clock: Clock;
  readonly #bus: EventBus<RunEvent>;
  #status: RunStatus;

  constructor(run: string, journal: Journal, clock: Clock, secrets: readonly string[]) {
    this.run = run;
    this.journal = journal;
    this.#clock = clock;
    this.redact = redactorOf(secrets);
    this.#bus = new EventBus((error) => this.warn(`A subscriber threw: ${String(error)}`));
    this.#status = initialRunStatus(run);
  }

  get status(): RunStatus {
    return this.#status;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Tells the subscribers. What the journal must keep was recorded before. */
  publish(happening: Happening): void {
    const event = this.redact({ ...happening, at: this.now(), run: this.run } as RunEvent);
    this.#status = foldRun(this.#status, event);
    this.#bus.publish(event);
  }

  subscribe(listener: (event: RunEvent) => void): () => void {
    return this.#bus.subscribe(listener);
  }

  /** What was noted is so no longer. */
  retract(text: string): void {
    const at = this.warnings.indexOf(this.redact(text));
    if (at !== -1) this.warnings.splice(at, 1);
  }

  /** Notes what the user should know and what stops nothing. */
  warn(text: string): void {
    const warning = this.redact(text);
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
