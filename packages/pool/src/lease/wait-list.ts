/** A request for an instance that has not got one yet. */
export interface Waiter {
  /** Grows with each request. */
  readonly order: number;
  /** The only instance that its caller takes. */
  readonly instance: number | undefined;
  readonly key: string | undefined;
  readonly avoid: readonly number[];
  grant(instance: number): void;
  reject(error: Error): void;
}

/**
 * Who waits for an instance: those who take any, and those for whom it must be a certain one, because
 * their caller said so or because their key's conversation is there. Each list is served in the order
 * of arrival. To add, to remove and to find the next cost the same however many wait.
 */
export class WaitList {
  readonly #shared = new Set<Waiter>();
  readonly #pinned = new Map<number, Set<Waiter>>();
  /** Those of `#shared` that have a key. */
  readonly #sharedByKey = new Map<string, Set<Waiter>>();
  /** Where each waiter stands: an instance, or null for any. */
  readonly #place = new Map<Waiter, number | null>();

  get size(): number {
    return this.#place.size;
  }

  get sharedSize(): number {
    return this.#shared.size;
  }

  /** @param home The instance of its key's conversation, if there is one. */
  add(waiter: Waiter, home?: number): void {
    this.#put(waiter, waiter.instance ?? home ?? null);
  }

  /** Takes one out. Returns false when it is not here any more. */
  remove(waiter: Waiter): boolean {
    const place = this.#place.get(waiter);
    if (place === undefined) return false;
    this.#place.delete(waiter);
    if (place === null) {
      this.#shared.delete(waiter);
      removeFrom(this.#sharedByKey, waiter.key, waiter);
    } else {
      removeFrom(this.#pinned, place, waiter);
    }
    return true;
  }

  has(waiter: Waiter): boolean {
    return this.#place.has(waiter);
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

  /** Those who take any. */
  shared(): readonly Waiter[] {
    return [...this.#shared];
  }

  /** Those whose caller takes just this instance. */
  insistingOn(instance: number): readonly Waiter[] {
    return [...(this.#pinned.get(instance) ?? [])].filter((waiter) => waiter.instance === instance);
  }

  all(): readonly Waiter[] {
    return [...this.#place.keys()];
  }

  /** The key's conversation has begun on an instance: all who have the key wait for that one now. */
  settle(key: string, instance: number): void {
    const moving = [...(this.#sharedByKey.get(key) ?? [])];
    if (moving.length === 0) return;
    const there = [...(this.#pinned.get(instance) ?? [])];
    for (const waiter of moving) this.remove(waiter);
    this.#pinned.set(instance, inOrder([...there, ...moving]));
    for (const waiter of moving) this.#place.set(waiter, instance);
  }

  /**
   * The conversations on an instance are gone: who waited for it because of a key takes any now.
   * Returns whether there was anybody.
   */
  unsettle(instance: number): boolean {
    const moving = [...(this.#pinned.get(instance) ?? [])].filter(
      (waiter) => waiter.instance === undefined,
    );
    if (moving.length === 0) return false;
    const shared = [...this.#shared];
    for (const waiter of moving) this.remove(waiter);
    this.#shared.clear();
    for (const waiter of inOrder([...shared, ...moving])) this.#shared.add(waiter);
    for (const waiter of moving) {
      this.#place.set(waiter, null);
      if (waiter.key !== undefined) addTo(this.#sharedByKey, waiter.key, waiter);
    }
    return true;
  }

  #put(waiter: Waiter, place: number | null): void {
    this.#place.set(waiter, place);
    if (place !== null) {
      addTo(this.#pinned, place, waiter);
      return;
    }
    this.#shared.add(waiter);
    if (waiter.key !== undefined) addTo(this.#sharedByKey, waiter.key, waiter);
  }
}

function addTo<Key>(lists: Map<Key, Set<Waiter>>, key: Key, waiter: Waiter): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, new Set([waiter]));
  else list.add(waiter);
}

function removeFrom<Key>(lists: Map<Key, Set<Waiter>>, key: Key | undefined, waiter: Waiter): void {
  if (key === undefined) return;
  const list = lists.get(key);
  list?.delete(waiter);
  if (list?.size === 0) lists.delete(key);
}

function inOrder(waiters: Waiter[]): Set<Waiter> {
  return new Set(waiters.sort((one, other) => one.order - other.order));
}

function first(list: Set<Waiter> | undefined): Waiter | null {
  return list?.values().next().value ?? null;
}
