/** What a heap holds: it knows its place there, so that it can be taken out of the middle. */
export interface HeapItem {
  /** -1 while it is in no heap. */
  heapIndex: number;
}

/** A binary heap whose items can leave from anywhere: to add, remove and move one is O(log n). */
export class IndexedHeap<Item extends HeapItem> {
  readonly #before: (one: Item, other: Item) => boolean;
  readonly #items: Item[] = [];

  /** @param before Whether one comes out before another. */
  constructor(before: (one: Item, other: Item) => boolean) {
    this.#before = before;
  }

  get first(): Item | null {
    return this.#items[0] ?? null;
  }

  /** In no order. */
  get items(): readonly Item[] {
    return this.#items;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  remove(item: Item): void {
    const index = item.heapIndex;
    const last = this.#items.pop();
    item.heapIndex = -1;
    if (last === undefined || last === item) return;
    this.#down(last, index);
    this.#up(last, last.heapIndex);
  }

  /** An item's rank has changed. */
  moved(item: Item): void {
    this.#down(item, item.heapIndex);
    this.#up(item, item.heapIndex);
  }

  #up(item: Item, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#items[parentIndex] as Item;
      if (!this.#before(item, parent)) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(item, index);
  }

  #down(item: Item, from: number): void {
    let index = from;
    while (true) {
      const left = this.#items[2 * index + 1];
      if (left === undefined) break;
      const right = this.#items[2 * index + 2];
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, item)) break;
      const childIndex = child === left ? 2 * index + 1 : 2 * index + 2;
      this.#put(child, index);
      index = childIndex;
    }
    this.#put(item, index);
  }

  #put(item: Item, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }
}
