interface Numbered<Item> {
  readonly item: Item;
  /** Its place among all items of all lanes. */
  readonly place: number;
}

/** Items of one kind: those that were begun already go first. */
class Lane<Item> {
  readonly again: Numbered<Item>[] = [];
  /** Places before the head are empty: what has begun is not held. */
  #queue: (Numbered<Item> | null)[] = [];
  #head = 0;

  get size(): number {
    return this.again.length + this.#queue.length - this.#head;
  }

  get first(): Numbered<Item> | undefined {
    return this.again[0] ?? this.#queue[this.#head] ?? undefined;
  }

  push(item: Numbered<Item>): void {
    this.#queue.push(item);
  }

  take(): Numbered<Item> | undefined {
    const again = this.again.shift();
    if (again !== undefined) return again;
    const first = this.#queue[this.#head] ?? undefined;
    if (first === undefined) return undefined;
    this.#queue[this.#head] = null;
    this.#head += 1;
    return first;
  }

  /** Takes out those that are chosen; the others stay where they are. */
  takeOut(isChosen: (item: Item) => boolean): Item[] {
    const waiting = [...this.again, ...this.#queue.slice(this.#head)] as Numbered<Item>[];
    const chosen = new Set(waiting.filter(({ item }) => isChosen(item)));
    const stays = (one: Numbered<Item> | null): boolean => one !== null && !chosen.has(one);
    this.again.splice(0, this.again.length, ...this.again.filter(stays));
    this.#queue = this.#queue.slice(this.#head).filter(stays);
    this.#head = 0;
    return [...chosen].map(({ item }) => item);
  }

  clear(): Item[] {
    const waiting = [...this.again.splice(0), ...this.#queue.slice(this.#head)];
    this.#queue = [];
    this.#head = 0;
    return waiting.map((numbered) => (numbered as Numbered<Item>).item);
  }
}

/**
 * What waits to be started, in lanes: items of one lane may start or not, alike. Among the lanes that may,
 * whoever was begun before goes first, then the order in which they came.
 */
export class Lanes<Item> {
  readonly #laneOf: (item: Item) => string;
  readonly #lanes = new Map<string, Lane<Item>>();
  #places = 0;

  constructor(laneOf: (item: Item) => string) {
    this.#laneOf = laneOf;
  }

  get size(): number {
    let size = 0;
    for (const lane of this.#lanes.values()) size += lane.size;
    return size;
  }

  /** Those that have items. */
  get names(): string[] {
    return [...this.#lanes].flatMap(([name, lane]) => (lane.size > 0 ? name : []));
  }

  /** Whether any lane but this one has items. */
  hasOthers(than: string): boolean {
    return [...this.#lanes].some(([name, lane]) => name !== than && lane.size > 0);
  }

  /** At the end of its lane. */
  add(item: Item): void {
    this.#places += 1;
    this.#lane(item).push({ item, place: this.#places });
  }

  /** Before those of its lane that were never begun. */
  addAgain(item: Item): void {
    this.#places += 1;
    this.#lane(item).again.push({ item, place: this.#places });
  }

  /** Takes the next item out of a lane that may start one. */
  take(mayStart: (lane: string) => boolean): { readonly item: Item; readonly lane: string } | null {
    let best: { readonly name: string; readonly lane: Lane<Item>; readonly rank: number } | null =
      null;
    for (const [name, lane] of this.#lanes) {
      const { first } = lane;
      if (first === undefined) continue;
      // Begun before: ahead of all that were not.
      const rank = lane.again.length > 0 ? first.place - Number.MAX_SAFE_INTEGER : first.place;
      if ((best === null || rank < best.rank) && mayStart(name)) best = { name, lane, rank };
    }
    const taken = best?.lane.take();
    return best === null || taken === undefined ? null : { item: taken.item, lane: best.name };
  }

  /** Takes out those that are chosen. */
  takeOut(isChosen: (item: Item) => boolean): Item[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.takeOut(isChosen));
  }

  /** Takes everything out. */
  clear(): Item[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.clear());
  }

  #lane(item: Item): Lane<Item> {
    const name = this.#laneOf(item);
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = new Lane<Item>();
    this.#lanes.set(name, lane);
    return lane;
  }
}
