/** What stands in {@link OpenTurns}. */
export interface OpenTurn<Self> {
  previousOpen: Self | null;
  nextOpen: Self | null;
}

/** The requests that are not over yet, linked to each other: a Set costs a short turn as much as its answer. */
export class OpenTurns<Item extends OpenTurn<Item>> {
  #first: Item | null = null;

  add(item: Item): void {
    item.nextOpen = this.#first;
    if (this.#first !== null) this.#first.previousOpen = item;
    this.#first = item;
  }

  /** Takes out one that is in. */
  delete(item: Item): void {
    const { previousOpen, nextOpen } = item;
    if (previousOpen === null) this.#first = nextOpen;
    else previousOpen.nextOpen = nextOpen;
    if (nextOpen !== null) nextOpen.previousOpen = previousOpen;
    item.previousOpen = null;
    item.nextOpen = null;
  }

  /** All of them at this moment, the oldest first. */
  all(): readonly Item[] {
    const all: Item[] = [];
    for (let item = this.#first; item !== null; item = item.nextOpen) all.push(item);
    return all.reverse();
  }
}
