/** A request for an instance that has not got one yet. */
export interface Waiter {
  readonly order: number;
  readonly instance: number | undefined;
  readonly key: string | undefined;
  readonly avoid: readonly number[];
  grant(instance: number): void;
  reject(error: Error): void;
}

/**
 * Who waits for an instance: those who take any, and those who want a certain one, each first come,
 * first served. Everything costs the same however many wait.
 */
export class WaitList {
  readonly #shared = new Set<Waiter>();
  readonly #pinned = new Map<number, Set<Waiter>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get sharedSize(): number {
    return this.#shared.size;
  }

  add(waiter: Waiter): void {
    this.#size += 1;
    if (waiter.instance === undefined) {
      this.#shared.add(waiter);
      return;
    }
    const list = this.#pinned.get(waiter.instance);
    if (list === undefined) this.#pinned.set(waiter.instance, new Set([waiter]));
    else list.add(waiter);
  }

  /** Takes one out. Returns false when it is not here any more. */
  remove(waiter: Waiter): boolean {
    const list = waiter.instance === undefined ? this.#shared : this.#pinned.get(waiter.instance);
    if (list?.delete(waiter) !== true) return false;
    this.#size -= 1;
    if (waiter.instance !== undefined && list.size === 0) this.#pinned.delete(waiter.instance);
    return true;
  }

  /** The one that has waited longest of those this instance may serve; it stays in the list. */
  nextFor(instance: number): Waiter | null {
    const pinned = first(this.#pinned.get(instance));
    const shared = first(this.#shared);
    if (pinned === null || shared === null) return pinned ?? shared;
    return pinned.order < shared.order ? pinned : shared;
  }

  pinnedTo(instance: number): number {
    return this.#pinned.get(instance)?.size ?? 0;
  }

  /** All that wait for just this instance, or all that take any. */
  of(instance: number | undefined): readonly Waiter[] {
    return [...(instance === undefined ? this.#shared : (this.#pinned.get(instance) ?? []))];
  }

  all(): readonly Waiter[] {
    return [this.#shared, ...this.#pinned.values()].flatMap((list) => [...list]);
  }
}

function first(list: Set<Waiter> | undefined): Waiter | null {
  return list?.values().next().value ?? null;
}
