import {
  instanceUnavailable,
  noneAvailable,
  queueFull,
  unknownInstance,
} from "../errors/refusals.ts";
import type { InstanceState } from "../instance/instance-state.ts";
import type { LeaseOptions } from "../pool/options.ts";
import type { GiveUp } from "../turn/turn-stop.ts";
import { KeyBindings, type KeyHome } from "./key-bindings.ts";
import { Room } from "./room.ts";
import { WaitList } from "./wait-list.ts";
import { type Applicant, Waiter, wishOf } from "./waiter.ts";

/** What is hung on it runs when the present code has run to its end. */
const soon = Promise.resolve();

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
  readonly #growing: () => boolean;
  readonly #room = new Room(() => this.#places());
  #order = 0;
  #mostWaiting = 0;
  #scheduled = false;

  /** @param growing Whether instances are going to be added to those that there are. */
  constructor(
    instances: () => readonly Instance[],
    maxQueue: number,
    growing: () => boolean = () => false,
  ) {
    this.#instances = instances;
    this.#maxQueue = maxQueue;
    this.#growing = growing;
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
  acquire(options: LeaseOptions, giveUp?: GiveUp): Promise<Instance> {
    return new Promise((resolve, reject) => {
      const granted = (index: number): void => resolve(this.#find(index) as Instance);
      this.apply(options, { granted, refused: reject }, giveUp);
    });
  }

  /** As {@link acquire}, for those who come by the thousand: nothing is made that they do not need. */
  apply(options: LeaseOptions, applicant: Applicant, giveUp?: GiveUp): void {
    const { key, instance, whenGone } = options;
    if (instance !== undefined && this.#find(instance) === undefined) {
      if (whenGone !== "any") {
        applicant.refused(unknownInstance(instance, this.#instances().length));
        return;
      }
      const { instance: _gone, ...others } = options;
      this.apply(others, applicant, giveUp);
      return;
    }
    this.#room.taken();
    const home = key === undefined ? undefined : this.#homeOf(key);
    const free = this.#waiting.size === 0 ? this.#free(options, home) : undefined;
    if (free !== undefined) {
      this.#grant(free, key, applicant);
      return;
    }
    const waiter = new Waiter(wishOf(options), this.#order, applicant, this.#quit);
    this.#order += 1;
    this.#wait(waiter, home, giveUp);
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
    void soon.then(this.#look);
  }

  readonly #look = (): void => {
    this.#scheduled = false;
    this.dispatch();
  };

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
        letGo(waiter);
        this.#grant(this.#preferred(waiter, instance), waiter.wish.key, waiter.applicant);
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

  #wait(waiter: Waiter, home: number | undefined, giveUp: GiveUp | undefined): void {
    this.#waiting.add(waiter, home);
    this.dispatch();
    if (!this.#waiting.has(waiter)) return;
    if (this.#waiting.size > this.#maxQueue) {
      this.#reject([waiter], queueFull(this.#maxQueue));
      return;
    }
    this.#mostWaiting = Math.max(this.#mostWaiting, this.#waiting.size);
    if (giveUp === undefined) return;
    waiter.giveUp = giveUp;
    giveUp.quitter = waiter;
  }

  readonly #quit = (waiter: Waiter, reason: unknown): void => {
    if (!this.#waiting.remove(waiter)) return;
    waiter.applicant.refused(reason);
    this.#room.offer();
  };

  #grant(instance: Instance, key: string | undefined, applicant: Applicant): void {
    instance.take();
    // Later also where one is free at once: a caller may give up in the same breath, and nothing is sent.
    void soon.then(() => applicant.granted(instance.index));
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
      if (!this.#waiting.remove(waiter)) continue;
      letGo(waiter);
      waiter.applicant.refused(error);
    }
  }

  /** Starts lazy instances: as many as there are requests that nothing else is going to serve. */
  #wakeIdleOnes(instances: readonly Instance[]): void {
    let wanted = this.#waiting.sharedSize;
    for (const { state } of instances) if (state === "starting") wanted -= 1;
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
    // Nobody waits for a certain one.
    if (this.#waiting.size === this.#waiting.sharedSize) return;
    for (const instance of instances) {
      if (instance.hopeful || this.#waiting.pinnedTo(instance.index) === 0) continue;
      this.#waiting.unsettle(instance.index);
      const error = instanceUnavailable(instance);
      for (const waiter of this.#waiting.wanting(instance.index)) {
        if (waiter.wish.insists) this.#reject([waiter], error);
        else this.#addForAny(waiter);
      }
    }
  }

  #addForAny(waiter: Waiter): void {
    const { key } = waiter.wish;
    this.#waiting.remove(waiter);
    waiter.wish = { ...waiter.wish, instance: undefined };
    this.#waiting.add(waiter, key === undefined ? undefined : this.#homeOf(key));
  }

  #rejectShared(instances: readonly Instance[]): void {
    if (this.#waiting.sharedSize === 0 || this.#hopeful(instances)) return;
    this.#reject(this.#waiting.shared(), noneAvailable(instances));
  }

  /** Whether any of them can still serve, or those that come. */
  #hopeful(instances: readonly Instance[]): boolean {
    return instances.some(({ hopeful }) => hopeful) || this.#growing();
  }

  /** How many more requests would not be refused because of `maxQueue`. */
  #places(): number {
    const places = this.#maxQueue - this.#waiting.size;
    if (places > 0) return places;
    const instances = this.#instances();
    // One that nobody can serve is refused for that.
    if (!this.#hopeful(instances)) return Number.POSITIVE_INFINITY;
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

/** Nobody can give its wait up any more. */
function letGo(waiter: Waiter): void {
  if (waiter.giveUp !== null) waiter.giveUp.quitter = null;
}
