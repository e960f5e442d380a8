import type { PoolEvent, PoolStatus } from "../../../src/index.ts";

/** How many requests there are in each state, by the events alone. */
export class Counts {
  accepted = 0;
  done = 0;
  failed = 0;
  queued = 0;
  running = 0;

  follow(event: PoolEvent): void {
    switch (event.type) {
      case "request.accepted":
        this.accepted += 1;
        this.queued += 1;
        break;
      case "request.refused":
        this.queued -= 1;
        this.failed += 1;
        break;
      case "turn.started":
        this.queued -= 1;
        this.running += 1;
        break;
      case "turn.ended":
        this.running -= 1;
        if (event.outcome === "done") this.done += 1;
        else this.failed += 1;
        break;
    }
  }

  /** Says what the status has otherwise; null when all is the same. */
  differFrom(status: PoolStatus): string | null {
    for (const name of ["accepted", "done", "failed", "queued", "running"] as const) {
      if (status[name] !== this[name]) {
        return `${status[name]} are ${name}, by the events ${this[name]}`;
      }
    }
    return null;
  }
}
