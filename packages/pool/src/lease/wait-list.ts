import { Lane } from "./lane.ts";
import { comesFirst, Line, type Share } from "./line.ts";
import type { Waiter, Wish } from "./waiter.ts";

/**
 * Who waits for an instance. There is a line for those who take any, and one for each instance for
 * those who must have just it: because their caller said so, or because their key's conversation is
 * there. In a line the higher priority comes first; at one priority callers take turns, each with its
 * longest waiting request. To add, to remove and to find the next cost O(log n) at most.
 */
export class WaitList {
  readonly #any = new Line();
  readonly #pinned = new Map<number, Line>();
  readonly #levels = new Map<number, Map<string | undefined, Share>>();
  /** The lanes of each key, which stand where its conversation is. */
  readonly #byKey = new Map<string, Set<Lane>>();
  /** The lanes that wait for an instance because of their key. */
  readonly #settled = new Map<number, Set<Lane>>();
  #size = 0;
  #tickets = 0;

  get size(): number {
    return this.#size;
  }

  get sharedSize(): number {
    return this.#any.size;
  }

  pinnedTo(instance: number): number {
    return this.#pinned.get(instance)?.size ?? 0;
  }

  has(waiter: Waiter): boolean {
    return waiter.lane !== null;
  }

  /** @param home The instance of its key's conversation, if there is one. */
  add(waiter: Waiter, home?: number): void {
    const { wish } = waiter;
    const lane = this.#laneOf(wish, wish.instance ?? home ?? null);
    lane.insert(waiter);
    this.#size += 1;
    // A new lane has no place in its line yet.
    if (lane.size === 1) this.#lineAt(lane.place).add(lane);
    else this.#lineAt(lane.place).changed(lane, 1);
  }

  /** Takes one out who gives up. Returns false when it is not here any more. */
  remove(waiter: Waiter): boolean {
    const { lane } = waiter;
    if (lane === null) return false;
    this.#size -= 1;
    if (lane.size > 1) {
      lane.delete(waiter);
      this.#lineAt(lane.place).changed(lane, -1);
      return true;
    }
    this.#leave(lane);
    lane.delete(waiter);
    this.#forget(lane);
    return true;
  }

  /** Takes one out who is served: its caller's turn is over, and the next caller's begins. */
  take(waiter: Waiter): void {
    const share = waiter.lane?.share;
    if (share !== undefined) share.ticket = this.#nextTicket();
    this.remove(waiter);
  }

  /** Whose turn it is of those this instance may serve; it stays in the list. */
  nextFor(instance: number): Waiter | null {
    const pinned = this.#pinned.get(instance)?.first() ?? null;
    const any = this.#any.first();
    if (pinned === null || any === null) return (pinned ?? any)?.head ?? null;
    return (comesFirst(pinned, any) ? pinned : any).head;
  }

  /** Those who take any, in the order of arrival. */
  shared(): readonly Waiter[] {
    return inOrder(this.#any.lanes());
  }

  /** Those who wait for just this instance by their caller's wish, in the order of arrival. */
  wanting(instance: number): readonly Waiter[] {
    const lanes = this.#pinned.get(instance)?.lanes() ?? [];
    return inOrder(lanes.filter((lane) => lane.head?.wish.instance === instance));
  }

  all(): readonly Waiter[] {
    return inOrder([this.#any, ...this.#pinned.values()].flatMap((line) => line.lanes()));
  }

  /** The key's conversation has begun on an instance: all who have the key wait for that one now. */
  settle(key: string, instance: number): void {
    for (const lane of this.#byKey.get(key) ?? []) this.#place(lane, instance);
  }

  /**
   * The conversations on an instance are gone: who waited for it because of a key takes any now.
   * Returns whether there was anybody.
   */
  unsettle(instance: number): boolean {
    const moving = [...(this.#settled.get(instance) ?? [])];
    for (const lane of moving) this.#place(lane, null);
    return moving.length > 0;
  }

  #place(lane: Lane, place: number | null): void {
    if (lane.place === place) return;
    if (lane.heapIndex !== -1) {
      this.#leave(lane);
      this.#lineAt(place).add(lane);
    }
    if (lane.place !== null) removeFrom(this.#settled, lane.place, lane);
    if (place !== null) addTo(this.#settled, place, lane);
    lane.place = place;
  }

  #leave(lane: Lane): void {
    const line = this.#lineAt(lane.place);
    line.remove(lane);
    if (line.size === 0 && lane.place !== null) this.#pinned.delete(lane.place);
  }

  #lineAt(place: number | null): Line {
    if (place === null) return this.#any;
    let line = this.#pinned.get(place);
    if (line === undefined) {
      line = new Line();
      this.#pinned.set(place, line);
    }
    return line;
  }

  #laneOf(wish: Wish, place: number | null): Lane {
    const share = this.#shareOf(wish);
    const name = laneName(wish);
    const known = share.lanes.get(name);
    if (known !== undefined) {
      this.#place(known, place);
      return known;
    }
    const lane = new Lane(name, share, place);
    share.lanes.set(name, lane);
    const key = keyOf(wish);
    if (key !== undefined) {
      addTo(this.#byKey, key, lane);
      if (place !== null) addTo(this.#settled, place, lane);
    }
    return lane;
  }

  #shareOf({ priority, fairnessKey }: Wish): Share {
    let level = this.#levels.get(priority);
    if (level === undefined) {
      level = new Map();
      this.#levels.set(priority, level);
    }
    let share = level.get(fairnessKey);
    if (share === undefined) {
      // Behind those who wait already, before their second turn.
      share = { fairnessKey, priority, ticket: this.#nextTicket(), lanes: new Map() };
      level.set(fairnessKey, share);
    }
    return share;
  }

  /** Lets go of what an empty lane was the last of. */
  #forget(lane: Lane): void {
    const { share, place, name } = lane;
    share.lanes.delete(name);
    if (name.startsWith(KEY)) removeFrom(this.#byKey, name.slice(KEY.length), lane);
    if (place !== null) removeFrom(this.#settled, place, lane);
    if (share.lanes.size > 0) return;
    const level = this.#levels.get(share.priority);
    level?.delete(share.fairnessKey);
    if (level?.size === 0) this.#levels.delete(share.priority);
  }

  #nextTicket(): number {
    this.#tickets += 1;
    return this.#tickets;
  }
}

const KEY = "key ";

/** The key decides where it goes only where its caller does not. */
function keyOf({ instance, key }: Wish): string | undefined {
  return instance === undefined ? key : undefined;
}

function laneName(wish: Wish): string {
  if (wish.instance !== undefined) return `${wish.insists ? "only" : "first"} ${wish.instance}`;
  return wish.key === undefined ? "any" : KEY + wish.key;
}

function addTo<Key>(lists: Map<Key, Set<Lane>>, key: Key, lane: Lane): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, new Set([lane]));
  else list.add(lane);
}

function removeFrom<Key>(lists: Map<Key, Set<Lane>>, key: Key, lane: Lane): void {
  const list = lists.get(key);
  list?.delete(lane);
  if (list?.size === 0) lists.delete(key);
}

function inOrder(lanes: readonly Lane[]): readonly Waiter[] {
  return lanes.flatMap((lane) => [...lane]).sort((one, other) => one.order - other.order);
}
