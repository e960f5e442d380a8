import type { PoolError } from "../errors/pool-error.ts";
import { failedForGood } from "../errors/refusals.ts";
import type { Clock } from "../pool/clock.ts";
import { pause } from "./pause.ts";
import { isPermanent } from "./permanent-failure.ts";
import type { ProcessRecord } from "./process-record.ts";
import { RestartBudget, type RestartPolicy } from "./restart-budget.ts";

/** What an instance makes of crashes and failed starts: it waits, or it has failed. */
export class Setbacks {
  readonly #record: ProcessRecord;
  readonly #clock: Clock;
  readonly #budget: RestartBudget;
  #failure: PoolError | null = null;

  constructor(record: ProcessRecord, policy: RestartPolicy, clock: Clock) {
    this.#record = record;
    this.#clock = clock;
    this.#budget = new RestartBudget(policy);
  }

  /** What it failed with for good; null while it has not. */
  get failure(): PoolError | null {
    return this.#record.state === "failed" ? this.#failure : null;
  }

  /** A process has exited by itself. How long to wait before the next one; null when there is none. */
  crash(): number | null {
    return this.#budget.crash(this.#clock.elapsed(), this.#record.lastReady);
  }

  /** As {@link crash}, for a start; what will not mend by waiting is not tried again. */
  failedStart(error: Error): number | null {
    return isPermanent(error) ? null : this.crash();
  }

  /** The caller has asked for a new beginning. */
  clear(): void {
    this.#budget.clear();
  }

  fail(error: Error): PoolError {
    this.#failure = failedForGood(error);
    this.#record.failure = error;
    this.#record.setState("failed");
    return this.#failure;
  }

  /** Waits, or until the signal is aborted. */
  async backOff(ms: number, failure: Error, signal: AbortSignal): Promise<void> {
    this.#record.failure = failure;
    this.#record.setState("backoff");
    await pause(ms, signal, this.#clock);
  }
}
