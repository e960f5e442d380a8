import {
  instanceUnavailable,
  noInstances,
  queueFull,
  unknownInstance,
} from "../errors/refusals.ts";
import type { InstanceState } from "../instance/instance-state.ts";
import type { LeaseOptions } from "../pool/options.ts";
import type { GiveUp } from "../turn/turn-stop.ts";
import { KeyBindings, type KeyHome } from "./key-bindings.ts";
import { Room } from "./room.ts";
import { WaitList } from "./wait-list.ts";
import { type Waiter, waiterOf, wishOf } from "./waiter.ts";

/** What the dispatcher needs to know of an instance. */
export interface Candidate extends KeyHome {
  readonly state: InstanceState;
  /** Why it is in `backoff` or `failed`. */
  readonly failure: Error | null;
  readonly oneShot: boolean;
  /** Leaves the pool when its lease ends. */
  readonly retiring: boolean;
  /** Whether a request can begin on it now. */
  readonly available: boolean;
  /** Occupies it for a lease. */
  take(): void;
  start(): Promise<void>;
}

/** Where a request wants to go. */
interface Direction {
  readonly instance?: number | undefined;
  readonly avoid?: readonly number[];
}

/** Brings waiting requests and free instances together: late, so that no request waits behind a slow one. */
export class Dispatcher<Instance extends Candidate> {
  readonly #instances: () => readonly Instance[];
  readonly #waiting = new WaitList();
  readonly #keys = new KeyBindings();
  readonly #maxQueue: number;
  readonly #room = new Room(() => this.#places());
  #order = 0;
  #mostWaiting = 0;
  #scheduled = false;

  constructor(instances: () => readonly Instance[], maxQueue: number) {
    this.#instances = instances;
    this.#maxQueue = maxQueue;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The most that have ever waited at once. */
  get mostWaiting(): number {
    return this.#mostWaiting;
  }

  waitingFor(instance: number): number {
    return this.#waiting.pinnedTo(instance);
  }

  /**
   * Takes an instance, at once when one is free and nobody waits.
   * @param giveUp Who may give the wait up; asked only when there is one.
   * @throws {PoolError} INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE, QUEUE_FULL, or why it was given up.
   */
  acquire(options: LeaseOptions, giveUp?: GiveUp): Instance | Promise<Instance> {
    const { key, instance, whenGone } = options;
    if (instance !== undefined && this.#find(instance) === undefined) {
      if (whenGone !== "any") throw unknownInstance(instance, this.#instances().length);
      const { instance: _gone, ...others } = options;
      return this.acquire(others, giveUp);
    }
    this.#room.taken();
    const home = key === undefined ? undefined : this.#homeOf(key);
    const free = this.#waiting.size === 0 ? this.#free(options, home) : undefined;
    if (free === undefined) return this.#wait(options, home, giveUp);
    this.#grant(free, key);
    return free;
  }

  /** Resolves when one more may wait, or be served; rejects with the signal's reason. */
  capacity(signal: AbortSignal | undefined): Promise<void> {
    return this.#room.wait(signal);
  }

  /** Nobody may send any more. */
  refuseAll(error: Error): void {
    this.#room.rejectAll(error);
  }

  /** Serves again soon: several changes in one go are one look. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.dispatch();
    });
  }

  /** Gives every free instance to whoever's turn it is. */
  dispatch(): void {
    if (this.#waiting.size > 0) this.#serve();
    this.#room.offer();
  }

  #serve(): void {
    const instances = this.#instances();
    this.#leaveHopeless(instances);
    for (const instance of instances) {
      // More than once: who is offered it may prefer another one.
      while (instance.available) {
        const waiter = this.#waiting.nextFor(instance.index);
        if (waiter === null) break;
        this.#waiting.take(waiter);
        waiter.grant(this.#preferred(waiter, instance).index);
      }
    }
    if (this.#waiting.size === 0) return;
    this.#wakeIdleOnes(instances);
    this.#rejectShared(instances);
  }

  /** An instance has lost its context: what waited for it because of a key may go anywhere. */
  forgotten(instance: number): void {
    if (this.#waiting.unsettle(instance)) this.schedule();
  }

  rejectAll(error: Error): void {
    this.#reject(this.#waiting.all(), error);
  }

  #wait(
    options: LeaseOptions,
    home: number | undefined,
    giveUp: GiveUp | undefined,
  ): Promise<Instance> {
    const { key } = options;
    return new Promise((resolve, reject) => {
      let forget = (): void => {};
      const waiter = waiterOf(wishOf(options), this.#order, {
        grant: (index) => {
          forget();
          const granted = this.#find(index) as Instance;
          this.#grant(granted, key);
          resolve(granted);
        },
        reject: (error) => {
          forget();
          reject(error);
        },
      });
      this.#order += 1;
      this.#waiting.add(waiter, home);
      this.dispatch();
      if (!this.#waiting.has(waiter)) return;
      if (this.#waiting.size > this.#maxQueue) {
        this.#waiting.remove(waiter);
        reject(queueFull(this.#maxQueue));
        return;
      }
      this.#mostWaiting = Math.max(this.#mostWaiting, this.#waiting.size);
      if (giveUp === undefined) return;
      forget = giveUp.whenGivenUp((reason) => {
        if (!this.#waiting.remove(waiter)) return;
        reject(reason);
        this.#room.offer();
      });
    });
  }

  #grant(instance: Instance, key: string | undefined): void {
    instance.take();
    if (key === undefined) return;
    // A caller who insists on another instance does not move the conversation.
    if ((this.#homeOf(key) ?? instance.index) !== instance.index) return;
    this.#keys.bind(key, instance);
    this.#waiting.settle(key, instance.index);
  }

  /** A free instance that suits a request. */
  #free(wish: Direction, home: number | undefined): Instance | undefined {
    const { instance: wanted = home, avoid = [] } = wish;
    if (wanted !== undefined) {
      const instance = this.#find(wanted);
      return instance?.available === true ? instance : undefined;
    }
    let second: Instance | undefined;
    for (const instance of this.#instances()) {
      if (!instance.available) continue;
      if (!avoid.includes(instance.index)) return instance;
      second ??= instance;
    }
    return second;
  }

  #reject(waiters: readonly Waiter[], error: Error): void {
    for (const waiter of waiters) {
      if (this.#waiting.remove(waiter)) waiter.reject(error);
    }
  }

  /** Starts lazy instances: as many as there are requests that nothing else is going to serve. */
  #wakeIdleOnes(instances: readonly Instance[]): void {
    const starting = instances.filter((instance) => instance.state === "starting").length;
    let wanted = this.#waiting.sharedSize - starting;
    for (const instance of instances) {
      if (instance.state !== "idle" || instance.oneShot || instance.retiring) continue;
      if (this.#waiting.pinnedTo(instance.index) === 0 && wanted <= 0) continue;
      wanted -= 1;
      // Its failure shows in its state, and reaches those who wait from there.
      void instance.start().catch(() => {});
    }
  }

  /** Those who waited for an instance that serves no more go elsewhere, or nowhere. */
  #leaveHopeless(instances: readonly Instance[]): void {
    for (const instance of instances) {
      if (instance.hopeful || this.#waiting.pinnedTo(instance.index) === 0) continue;
      this.#waiting.unsettle(instance.index);
      const error = instanceUnavailable(instance);
      for (const waiter of this.#waiting.wanting(instance.index)) {
        this.#waiting.remove(waiter);
        if (waiter.wish.insists) waiter.reject(error);
        else this.#addForAny(waiter);
      }
    }
  }

  #addForAny(waiter: Waiter): void {
    const { key } = waiter.wish;
    waiter.wish = { ...waiter.wish, instance: undefined };
    this.#waiting.add(waiter, key === undefined ? undefined : this.#homeOf(key));
  }

  #rejectShared(instances: readonly Instance[]): void {
    if (this.#waiting.sharedSize === 0 || instances.some((instance) => instance.hopeful)) return;
    const last = instances.find((instance) => instance.failure !== null) ?? instances[0];
    this.#reject(
      this.#waiting.shared(),
      last === undefined ? noInstances() : instanceUnavailable(last),
    );
  }

  /** How many more requests would not be refused because of `maxQueue`. */
  #places(): number {
    const places = this.#maxQueue - this.#waiting.size;
    if (places > 0) return places;
    const instances = this.#instances();
    // One that nobody can serve is refused for that.
    if (!instances.some(({ hopeful }) => hopeful)) return Number.POSITIVE_INFINITY;
    return instances.filter(({ available }) => available).length;
  }

  /** The instance that is offered, or a free one that is not to be avoided. */
  #preferred(waiter: Waiter, offered: Instance): Instance {
    const { wish } = waiter;
    if (!wish.avoid.includes(offered.index)) return offered;
    const home = wish.key === undefined ? undefined : this.#homeOf(wish.key);
    return this.#free(wish, home) ?? offered;
  }

  #find(index: number): Instance | undefined {
    const instance = this.#instances()[index];
    return instance?.index === index ? instance : undefined;
  }

  #homeOf(key: string): number | undefined {
    return this.#keys.homeOf(key, (index) => this.#find(index));
  }
}
