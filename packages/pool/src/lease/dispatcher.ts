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
import { type Waiter, WaitList } from "./wait-list.ts";

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
interface Wish {
  readonly instance?: number | undefined;
  readonly avoid?: readonly number[];
}

/** Brings waiting requests and free instances together: late, so that no request waits behind a slow one. */
export class Dispatcher<Instance extends Candidate> {
  readonly #instances: () => readonly Instance[];
  readonly #waiting = new WaitList();
  readonly #keys = new KeyBindings();
  readonly #maxQueue: number;
  #order = 0;
  #scheduled = false;

  constructor(instances: () => readonly Instance[], maxQueue: number) {
    this.#instances = instances;
    this.#maxQueue = maxQueue;
  }

  get waiting(): number {
    return this.#waiting.size;
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
    const { key, instance } = options;
    if (instance !== undefined && this.#find(instance) === undefined) {
      throw unknownInstance(instance, this.#instances().length);
    }
    const home = key === undefined ? undefined : this.#homeOf(key);
    const free = this.#waiting.size === 0 ? this.#free(options, home) : undefined;
    if (free === undefined) return this.#wait(options, home, giveUp);
    this.#grant(free, key);
    return free;
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

  /** Gives every free instance to whoever has waited longest for it. */
  dispatch(): void {
    if (this.#waiting.size === 0) return;
    const instances = this.#instances();
    for (const instance of instances) {
      // More than once: who is offered it may prefer another one.
      while (instance.available) {
        const waiter = this.#waiting.nextFor(instance.index);
        if (waiter === null) break;
        this.#waiting.remove(waiter);
        waiter.grant(this.#preferred(waiter, instance).index);
      }
    }
    if (this.#waiting.size === 0) return;
    this.#wakeIdleOnes(instances);
    this.#rejectHopeless(instances);
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
    const { key, instance, avoid = [] } = options;
    return new Promise((resolve, reject) => {
      let forget = (): void => {};
      const waiter: Waiter = {
        order: this.#order,
        instance,
        key,
        avoid,
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
      };
      this.#order += 1;
      this.#waiting.add(waiter, home);
      this.dispatch();
      if (!this.#waiting.has(waiter)) return;
      if (this.#waiting.size > this.#maxQueue) {
        this.#waiting.remove(waiter);
        reject(queueFull(this.#maxQueue));
        return;
      }
      if (giveUp === undefined) return;
      forget = giveUp.whenGivenUp((reason) => {
        if (this.#waiting.remove(waiter)) reject(reason);
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
  #free(wish: Wish, home: number | undefined): Instance | undefined {
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

  #rejectHopeless(instances: readonly Instance[]): void {
    for (const instance of instances) {
      if (instance.hopeful || this.#waiting.pinnedTo(instance.index) === 0) continue;
      this.forgotten(instance.index);
      this.#reject(this.#waiting.insistingOn(instance.index), instanceUnavailable(instance));
    }
    if (this.#waiting.sharedSize === 0 || instances.some((instance) => instance.hopeful)) return;
    const last = instances.find((instance) => instance.failure !== null) ?? instances[0];
    this.#reject(
      this.#waiting.shared(),
      last === undefined ? noInstances() : instanceUnavailable(last),
    );
  }

  /** The instance that is offered, or a free one that is not to be avoided. */
  #preferred(waiter: Waiter, offered: Instance): Instance {
    if (!waiter.avoid.includes(offered.index)) return offered;
    const home = waiter.key === undefined ? undefined : this.#homeOf(waiter.key);
    return this.#free(waiter, home) ?? offered;
  }

  #find(index: number): Instance | undefined {
    const instance = this.#instances()[index];
    return instance?.index === index ? instance : undefined;
  }

  #homeOf(key: string): number | undefined {
    return this.#keys.homeOf(key, (index) => this.#find(index));
  }
}
