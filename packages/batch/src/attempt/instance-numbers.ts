import type { Lease, PoolEvent } from "@cluster/manager";

/** Numbers the instances of one pool among those of several: every `step`th, from `first` on. */
export class InstanceNumbers {
  readonly #first: number;
  readonly #step: number;

  constructor(first = 0, step = 1) {
    this.#first = first;
    this.#step = step;
  }

  /** What the pool's own number is among all. */
  of(local: number): number {
    return local * this.#step + this.#first;
  }

  /** The pool's own numbers of those that are its. */
  localsOf(numbers: readonly number[]): number[] {
    return numbers
      .filter((number) => number % this.#step === this.#first)
      .map((number) => (number - this.#first) / this.#step);
  }

  lease<Request, Result>(lease: Lease<Request, Result>): Lease<Request, Result> {
    return {
      instance: this.of(lease.instance),
      cwd: lease.cwd,
      get transcript() {
        return lease.transcript;
      },
      run: (request, options) => lease.run(request, options),
      openSession: (options) => lease.openSession(options),
      release: (mode) => lease.release(mode),
      [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
    };
  }

  event(event: PoolEvent): PoolEvent {
    if (!("instance" in event) || event.instance === null) return event;
    return { ...event, instance: this.of(event.instance) };
  }
}
