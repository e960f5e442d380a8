import type { HeapItem } from "./indexed-heap.ts";
import type { Share } from "./line.ts";
import type { Waiter } from "./waiter.ts";

/** Those of one caller who want the same, in the order of arrival: they stand and move together. */
export class Lane implements HeapItem {
  heapIndex = -1;
  readonly name: string;
  readonly share: Share;
  /** Whose line it stands in: an instance's, or null for the one of those who take any. */
  place: number | null;
  size = 0;
  #head: Waiter | null = null;
  #tail: Waiter | null = null;

  constructor(name: string, share: Share, place: number | null) {
    this.name = name;
    this.share = share;
    this.place = place;
  }

  get head(): Waiter | null {
    return this.#head;
  }

  /** When its longest waiting request came. */
  get order(): number {
    return this.#head?.order ?? 0;
  }

  /** Takes one in, at the end unless it is older than others here. */
  insert(waiter: Waiter): void {
    let before = this.#tail;
    while (before !== null && before.order > waiter.order) before = before.previous;
    const after = before === null ? this.#head : before.next;
    waiter.lane = this;
    waiter.previous = before;
    waiter.next = after;
    if (before === null) this.#head = waiter;
    else before.next = waiter;
    if (after === null) this.#tail = waiter;
    else after.previous = waiter;
    this.size += 1;
  }

  delete(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    waiter.lane = null;
    waiter.previous = null;
    waiter.next = null;
    this.size -= 1;
  }

  *[Symbol.iterator](): Generator<Waiter, void, void> {
    for (let waiter = this.#head; waiter !== null; waiter = waiter.next) yield waiter;
  }
}
