/** How many requests there are in each state. accepted = done + failed + running + queued, always. */
export class TurnCounts {
  accepted = 0;
  queued = 0;
  running = 0;
  done = 0;
  failed = 0;

  /** Returns the number of the request, counted from 1. */
  accept(): number {
    this.accepted += 1;
    this.queued += 1;
    return this.accepted;
  }

  start(): void {
    this.queued -= 1;
    this.running += 1;
  }

  end(from: "queued" | "running", outcome: "done" | "failed"): void {
    this[from] -= 1;
    this[outcome] += 1;
  }

  /** Whether a request is not over yet. */
  get open(): boolean {
    return this.queued > 0 || this.running > 0;
  }
}
