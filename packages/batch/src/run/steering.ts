/** What the user holds in hand while a run goes on: whether turns may begin, and how many at once. */
export class Steering {
  /** How many turns may be under way at once, were it not held back. */
  workers: number;
  /** No turn begins; those that have begun go on to their end. */
  held = false;

  constructor(workers: number) {
    this.workers = workers;
  }

  /** How many turns may be under way at this moment. */
  get turns(): number {
    return this.held ? 0 : this.workers;
  }
}
