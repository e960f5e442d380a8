import type { SendOptions } from "../cluster/options.ts";
import { invalidOption } from "../errors/manager-error.ts";

/** How to run many requests. The options of `send` hold for each of them. */
export interface MapOptions extends SendOptions, MapPace {}

/** How fast many requests are run, and in which order their results are given. */
export interface MapPace {
  /** How many run at the same time. @default the number of instances, also when that changes */
  readonly concurrency?: number;
  /** As they finish, or in the order of the requests. @default "completion" */
  readonly order?: "completion" | "input";
}

/** What became of one request. `index` is its place among the requests, counted from 0. */
export type MapItem<Request, Result> =
  | {
      readonly outcome: "done";
      readonly index: number;
      readonly request: Request;
      readonly instance: number;
      readonly result: Result;
    }
  | {
      readonly outcome: "failed";
      readonly index: number;
      readonly request: Request;
      readonly instance: number | null;
      readonly error: unknown;
    };

/** What mapping needs of a turn. */
export interface MappedTurn<Result> extends Promise<Result> {
  readonly instance: number | null;
  cancel(reason?: unknown): void;
}

/** What mapping needs of a cluster. */
export interface MapHome<Request, Result, Sending = SendOptions> {
  run(request: Request, options: Sending): MappedTurn<Result>;
  size(): number;
}

/** How many results may wait to be taken, for each request that may run. */
const AHEAD = 4;

/** See {@link Cluster.map}. */
export function mapRequests<Request, Result, Sending = SendOptions>(
  requests: Iterable<Request> | AsyncIterable<Request>,
  options: Sending & MapPace,
  home: MapHome<Request, Result, Sending>,
): AsyncGenerator<MapItem<Request, Result>, void, void> {
  return itemsOf(new Mapping(requests, options, home));
}

async function* itemsOf<Request, Result, Sending>(
  mapping: Mapping<Request, Result, Sending>,
): AsyncGenerator<MapItem<Request, Result>, void, void> {
  try {
    for (let item = await mapping.next(); item !== null; item = await mapping.next()) yield item;
  } finally {
    mapping.leave();
  }
}

class Mapping<Request, Result, Sending> {
  readonly #source: Iterator<Request> | AsyncIterator<Request>;
  readonly #sending: Sending;
  readonly #home: MapHome<Request, Result, Sending>;
  readonly #concurrency: () => number;
  readonly #inOrder: boolean;
  readonly #running = new Set<MappedTurn<Result>>();
  /** Finished and not yet taken, by index; in the order in which they finished. */
  readonly #finished = new Map<number, MapItem<Request, Result>>();
  #started = 0;
  #taken = 0;
  /** Whether the source is being asked, may be asked, or has nothing more to give. */
  #asking: "no" | "yes" | "ended" = "no";
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(
    requests: Iterable<Request> | AsyncIterable<Request>,
    options: Sending & MapPace,
    home: MapHome<Request, Result, Sending>,
  ) {
    const { concurrency, order = "completion", ...sending } = options;
    if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
      throw invalidOption("concurrency", "a whole number of at least 1", concurrency);
    }
    if (order !== "completion" && order !== "input") {
      throw invalidOption("order", '"completion" or "input"', order);
    }
    this.#source =
      Symbol.asyncIterator in requests
        ? requests[Symbol.asyncIterator]()
        : requests[Symbol.iterator]();
    this.#sending = sending as Sending;
    this.#home = home;
    this.#concurrency = () => concurrency ?? Math.max(1, home.size());
    this.#inOrder = order === "input";
  }

  async next(): Promise<MapItem<Request, Result> | null> {
    while (true) {
      // The wait is prepared before anything can end it.
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      void this.#fill();
      const index = this.#inOrder ? this.#taken : this.#finished.keys().next().value;
      const item = index === undefined ? undefined : this.#finished.get(index);
      if (index !== undefined && item !== undefined) {
        this.#finished.delete(index);
        this.#taken += 1;
        return item;
      }
      if (this.#asking === "ended" && this.#running.size === 0) {
        if (this.#failure !== null) throw this.#failure.error;
        return null;
      }
      await woken;
    }
  }

  /** Nobody takes results any more. */
  leave(): void {
    const asking = this.#asking;
    this.#asking = "ended";
    for (const turn of this.#running) turn.cancel("Its map was left.");
    if (asking === "ended") return;
    // A source that is being asked may never answer, so nobody waits for it.
    void Promise.resolve(this.#source.return?.()).catch(() => {});
  }

  /** Starts requests while more may run. */
  async #fill(): Promise<void> {
    if (this.#asking !== "no") return;
    this.#asking = "yes";
    try {
      while (this.#mayStart()) {
        const next = await this.#source.next();
        if (this.#left()) return;
        if (next.done === true) {
          this.#asking = "ended";
          break;
        }
        this.#start(next.value);
      }
    } catch (error) {
      this.#failure = { error };
      this.#asking = "ended";
    }
    if (this.#asking === "yes") this.#asking = "no";
    else this.#wake();
  }

  #left(): boolean {
    return this.#asking === "ended";
  }

  #mayStart(): boolean {
    const most = this.#concurrency();
    return this.#running.size < most && this.#started - this.#taken < most * AHEAD;
  }

  #start(request: Request): void {
    const index = this.#started;
    this.#started += 1;
    const turn = this.#home.run(request, this.#sending);
    this.#running.add(turn);
    const finish = (item: MapItem<Request, Result>): void => {
      this.#running.delete(turn);
      this.#finished.set(index, item);
      void this.#fill();
      this.#wake();
    };
    turn.then(
      (result) =>
        // A turn that is done has run somewhere.
        finish({ outcome: "done", index, request, instance: turn.instance as number, result }),
      (error: unknown) =>
        finish({ outcome: "failed", index, request, instance: turn.instance, error }),
    );
  }
}
