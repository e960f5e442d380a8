import type { InstanceState } from "./instance-state.ts";
import type { SparePlace } from "./spare.ts";

/** How soon an instance will need another process. */
export const URGENCY = { now: 0, withLease: 1, perhaps: 2, idle: 3 } as const;

/** What is to be known of an instance that may take a spare. */
export interface SpareUser {
  readonly index: number;
  readonly state: InstanceState;
  readonly retiring: boolean;
  /** Whether it is between turns, and nobody waits for a sign of life of its process. */
  readonly available: boolean;
  /** How soon it will need another process: the smaller, the sooner. */
  readonly urgency: (typeof URGENCY)[keyof typeof URGENCY];
  /** Numbers the processes that are started for it. */
  issue(): number;
  /** A spare that it may take has become ready. */
  spareReady(): void;
}

const OUT_OF_SERVICE: ReadonlySet<InstanceState> = new Set(["idle", "stopped", "failed"]);

/**
 * Where spares are started, and for whom: where all instances share one folder, for any of them, with
 * a slot of their own; otherwise each for one instance, at most one for each.
 */
export class SparePlaces {
  readonly shared: boolean;
  readonly #users: () => readonly SpareUser[];
  /** How often each shared slot was used. */
  readonly #issued = new Map<number, number>();
  /** Shared slots of processes that were taken and still run. */
  readonly #inUse = new Set<number>();

  constructor(shared: boolean, users: () => readonly SpareUser[]) {
    this.shared = shared;
    this.#users = users;
  }

  /** How many of so many spares somebody could use. */
  limit(spares: number): number {
    const users = this.#users().filter((user) => !user.retiring);
    if (users.length === 0) return 0;
    if (this.shared) return spares;
    return Math.min(spares, users.filter(inService).length);
  }

  /** Whether the tool has proved that it starts. Before, spares would only fail beside the instances. */
  get proved(): boolean {
    return this.#users().some(({ state, retiring }) => state === "ready" && !retiring);
  }

  /** Who may take a spare of this place. */
  usersOf(place: SparePlace): readonly SpareUser[] {
    const users = this.#users().filter(({ retiring }) => !retiring);
    if (place.instance === null) return users;
    return users.filter((user) => user.index === place.instance && inService(user));
  }

  /** Those of some instances that could take a spare at once. */
  idle(instances: ReadonlySet<number>): readonly SpareUser[] {
    return this.#users().filter(({ index, available }) => available && instances.has(index));
  }

  /** @param places How many more are to be made. Null when nobody needs one now. */
  next(taken: readonly SparePlace[], places: number): SparePlace | null {
    return this.shared ? this.#sharedOne(taken) : this.#ownOne(taken, places);
  }

  /** A process of this place has become an instance's. */
  lend(place: SparePlace, ended: Promise<unknown>): void {
    if (place.instance !== null) return;
    this.#inUse.add(place.index);
    void ended.then(() => this.#inUse.delete(place.index));
  }

  #sharedOne(taken: readonly SparePlace[]): SparePlace {
    const living = new Set([...this.#inUse, ...taken.map(({ index }) => index)]);
    let index = this.#users().length;
    while (living.has(index)) index += 1;
    return {
      instance: null,
      index,
      issue: () => {
        const generation = this.#issued.get(index) ?? 0;
        this.#issued.set(index, generation + 1);
        return generation;
      },
    };
  }

  #ownOne(taken: readonly SparePlace[], places: number): SparePlace | null {
    const has = new Set(taken.map(({ instance }) => instance));
    const lacking = this.#users()
      .filter((user) => !user.retiring && inService(user) && !has.has(user.index))
      .sort((one, other) => one.urgency - other.urgency);
    const [user] = lacking;
    // Where there are fewer than instances they are for those at work: the last places stay free.
    if (user === undefined || (user.urgency === URGENCY.idle && lacking.length > places))
      return null;
    return { instance: user.index, index: user.index, issue: () => user.issue() };
  }
}

function inService({ state }: SpareUser): boolean {
  return !OUT_OF_SERVICE.has(state);
}
