import type { PoolEvent, PoolStatus } from "../../../src/index.ts";
import type { Model } from "./model.ts";
import type { ProcessModel } from "./records.ts";

type SpareEvent = Extract<PoolEvent, { type: "spare.state" }>;

/** The spares that are ready, from the events alone. */
export class SpareShelf {
  readonly #ready = new Map<number, ProcessModel>();
  readonly #taken = new Map<number, ProcessModel>();
  /** Their restart budget is spent. */
  failed = false;

  get ready(): readonly ProcessModel[] {
    return [...this.#ready.values()];
  }

  follow(model: Model, { state, pid, instance }: SpareEvent): void {
    switch (state) {
      case "ready":
        this.failed = false;
        if (pid === null || this.#ready.has(pid)) model.fail(`the spare ${pid} is ready, again`);
        else this.#ready.set(pid, newSpare(model, pid));
        break;
      case "taken": {
        const spare = pid === null ? undefined : this.#ready.get(pid);
        if (pid === null || spare === undefined || instance === null) {
          model.fail(`${pid} was taken by ${instance}, and was no spare that is ready`);
          return;
        }
        this.#ready.delete(pid);
        this.#taken.set(pid, spare);
        break;
      }
      case "ended":
        if (pid !== null) this.#ready.delete(pid);
        break;
      case "failed":
        this.failed = true;
        break;
    }
  }

  /** The spare that an instance says it has got; only once. */
  takenBy(pid: number): ProcessModel | undefined {
    const spare = this.#taken.get(pid);
    this.#taken.delete(pid);
    return spare;
  }

  check(model: Model, { spares }: PoolStatus): void {
    // One that is being ended is no spare any more, and its end is told when it is over.
    model.expect(spares.ready <= this.#ready.size, () => {
      return `${spares.ready} spares are ready, by the events ${this.#ready.size}`;
    });
  }
}

function newSpare(model: Model, pid: number): ProcessModel {
  return {
    start: model.births.get(pid)?.how ?? "well",
    bornAt: model.births.get(pid)?.at ?? 0,
    state: "ready",
    pid,
    doom: new Set(),
    served: [],
    killed: false,
    frozen: false,
    instance: -1,
    generation: -1,
    succeededAt: null,
  };
}
