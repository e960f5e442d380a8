import { PoolError } from "../errors/pool-error.ts";
import type { Instance } from "../instance/instance.ts";
import type { LeaseOptions } from "../pool/options.ts";
import { type Waiter, WaitList } from "./wait-list.ts";

/** How many keys are remembered; beyond that the oldest is forgotten and its next request goes anywhere. */
const MAX_KEYS = 10_000;

/** Brings waiting requests and free instances together: late, so that no request waits behind a slow one. */
export class Dispatcher<Request, Result> {
  readonly #instances: () => readonly Instance<Request, Result>[];
  readonly #waiting = new WaitList();
  readonly #keys = new Map<string, { readonly instance: number; readonly generation: number }>();
  readonly #maxQueue: number;
  #order = 0;
  #scheduled = false;

  constructor(instances: () => readonly Instance<Request, Result>[], maxQueue: number) {
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
   * Waits for an instance and takes it.
   * @throws {PoolError} INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE, QUEUE_FULL, or what `signal` carries.
   */
  acquire(options: LeaseOptions): Promise<Instance<Request, Result>> {
    const { signal, key, avoid = [] } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const instance = options.instance ?? this.#boundTo(key);
      if (instance !== undefined && this.#find(instance) === undefined) {
        reject(unknownInstance(instance, this.#instances().length));
        return;
      }
      const onAbort = (): void => {
        if (this.#waiting.remove(waiter)) reject(signal?.reason);
      };
      const waiter: Waiter = {
        order: this.#order,
        instance,
        key,
        avoid,
        grant: (index) => {
          signal?.removeEventListener("abort", onAbort);
          const granted = this.#find(index) as Instance<Request, Result>;
          granted.take();
          this.#bind(key, granted);
          resolve(granted);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      this.#order += 1;
      this.#waiting.add(waiter);
      this.dispatch();
      if (!this.#waiting.remove(waiter)) return;
      if (this.#waiting.size >= this.#maxQueue) {
        reject(queueFull(this.#maxQueue));
        return;
      }
      this.#waiting.add(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
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
      if (!instance.available) continue;
      const waiter = this.#waiting.nextFor(instance.index);
      if (waiter === null) continue;
      const chosen = this.#preferred(waiter, instance);
      this.#waiting.remove(waiter);
      waiter.grant(chosen);
    }
    this.#wakeLazyOnes(instances);
    this.#rejectHopeless(instances);
  }

  rejectAll(error: Error): void {
    for (const waiter of this.#waiting.all()) {
      this.#waiting.remove(waiter);
      waiter.reject(error);
    }
  }

  rejectFor(instance: number, error: Error): void {
    for (const waiter of this.#waiting.of(instance)) {
      this.#waiting.remove(waiter);
      waiter.reject(error);
    }
  }

  /** Another free instance, when this one is to be avoided. */
  #preferred(waiter: Waiter, offered: Instance<Request, Result>): number {
    if (waiter.instance !== undefined || !waiter.avoid.includes(offered.index))
      return offered.index;
    const other = this.#instances().find(
      (instance) => instance.available && !waiter.avoid.includes(instance.index),
    );
    return other?.index ?? offered.index;
  }

  #wakeLazyOnes(instances: readonly Instance<Request, Result>[]): void {
    let wanted = this.#waiting.sharedSize;
    for (const instance of instances) {
      const pinned = this.#waiting.pinnedTo(instance.index) > 0;
      if (instance.state === "starting") wanted -= 1;
      if (instance.state !== "idle" || instance.oneShot || (!pinned && wanted <= 0)) continue;
      wanted -= 1;
      // Its failure shows in its state, and reaches those who wait from there.
      void instance.start().catch(() => {});
    }
  }

  #rejectHopeless(instances: readonly Instance<Request, Result>[]): void {
    for (const instance of instances) {
      if (instance.hopeful || this.#waiting.pinnedTo(instance.index) === 0) continue;
      this.rejectFor(instance.index, unavailable(instance));
    }
    if (this.#waiting.sharedSize === 0 || instances.some((instance) => instance.hopeful)) return;
    const last = instances.find((instance) => instance.detail !== null) ?? instances[0];
    for (const waiter of this.#waiting.of(undefined)) {
      this.#waiting.remove(waiter);
      waiter.reject(last === undefined ? noInstances() : unavailable(last));
    }
  }

  #find(index: number): Instance<Request, Result> | undefined {
    return this.#instances().find((instance) => instance.index === index);
  }

  /** The instance a key's conversation lives on, while its process does. */
  #boundTo(key: string | undefined): number | undefined {
    if (key === undefined) return undefined;
    const bound = this.#keys.get(key);
    if (bound === undefined) return undefined;
    const instance = this.#find(bound.instance);
    if (instance?.keys.has(key) === true && instance.generation === bound.generation) {
      return bound.instance;
    }
    this.#keys.delete(key);
    return undefined;
  }

  #bind(key: string | undefined, instance: Instance<Request, Result>): void {
    if (key === undefined) return;
    this.#keys.delete(key);
    this.#keys.set(key, { instance: instance.index, generation: instance.generation });
    instance.keys.add(key);
    if (this.#keys.size <= MAX_KEYS) return;
    const oldest = this.#keys.keys().next().value as string;
    const bound = this.#keys.get(oldest);
    if (bound !== undefined) this.#find(bound.instance)?.keys.delete(oldest);
    this.#keys.delete(oldest);
  }
}

function unknownInstance(index: number, size: number): PoolError {
  return new PoolError(
    "INSTANCE_UNKNOWN",
    `There is no instance ${index}: this pool has ${size}, counted from 0.`,
  );
}

function unavailable(instance: { index: number; state: string; detail: string | null }): PoolError {
  const why = instance.detail === null ? "" : ` ${instance.detail}`;
  return new PoolError(
    "INSTANCE_UNAVAILABLE",
    `Instance ${instance.index} is ${instance.state}.${why} restart(${instance.index}) brings it back.`,
  );
}

function noInstances(): PoolError {
  return new PoolError(
    "INSTANCE_UNAVAILABLE",
    "The pool has no instances. Give it some: resize(n).",
  );
}

function queueFull(limit: number): PoolError {
  return new PoolError(
    "QUEUE_FULL",
    `${limit} requests wait already, as many as maxQueue allows. Wait for some, or raise maxQueue.`,
  );
}
