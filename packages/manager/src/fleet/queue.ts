import type { FailureClass, TurnOptions } from "@cluster/pool";
import type { FleetTurnControl } from "./fleet-turn.ts";
import type { Member } from "./member.ts";

/** A request that waits, or is at work. */
export interface Item<Request, Result> {
  readonly request: Request;
  readonly control: FleetTurnControl<Result>;
  readonly options: TurnOptions;
  readonly priority: number;
  /** Its place among all. */
  readonly place: number;
  readonly failOver: readonly FailureClass[];
  /** Who may take it, the preferred ones first; those that failed it are gone. */
  members: readonly Member<Request, Result>[];
  /** The one that it names: others are for when that refuses. Null: all are alike. */
  named: Member<Request, Result> | null;
  /** How often an instance was lost before the tool heard of it. */
  misses: number;
}

/** Requests of one kind: for the same tools. */
export interface Lane<Request, Result> {
  readonly named: Member<Request, Result> | null;
  readonly members: readonly Member<Request, Result>[];
  readonly items: Item<Request, Result>[];
}

/**
 * Whom those of a lane may be given to now: the one that they name, otherwise those who do not refuse; who
 * refuses is asked only by those who have nobody else. Who has no instances is not asked at all.
 */
export function askedOf<Request, Result>({
  named,
  members,
}: Lane<Request, Result>): readonly Member<Request, Result>[] {
  const there = members.filter(({ isEmpty }) => !isEmpty);
  if (named !== null && !named.isEmpty && named.provider.reluctance === null) return [named];
  const willing = there.filter(({ provider }) => provider.reluctance === null);
  return willing.length > 0 ? willing : there;
}

/** What waits, in lanes of those who may go to the same tools. Whoever came first is served first. */
export class FleetQueue<Request, Result> {
  readonly #lanes = new Map<string, Lane<Request, Result>>();

  get size(): number {
    let size = 0;
    for (const { items } of this.#lanes.values()) size += items.length;
    return size;
  }

  /** Those that wait, the lane of whoever comes first before the others. */
  lanes(): Lane<Request, Result>[] {
    return [...this.#lanes.values()].sort((a, b) => compare(a.items[0], b.items[0]));
  }

  add(item: Item<Request, Result>): void {
    const { members, named } = item;
    const key = `${named?.rank ?? ""}:${members.map(({ rank }) => rank).join()}`;
    const lane = this.#lanes.get(key) ?? { members, named, items: [] };
    this.#lanes.set(key, lane);
    let at = lane.items.length;
    while (at > 0 && compare(item, lane.items[at - 1]) < 0) at -= 1;
    lane.items.splice(at, 0, item);
  }

  /** The first one that a tool may take, taken out. */
  takeFor(member: Member<Request, Result>): Item<Request, Result> | null {
    const lane = this.lanes().find((one) => askedOf(one).includes(member));
    const item = lane?.items[0];
    if (item === undefined) return null;
    this.remove(item);
    return item;
  }

  /** All that a tool may take, taken out. */
  takeAllFor(member: Member<Request, Result>): Item<Request, Result>[] {
    const taken = this.lanes().filter(({ members }) => members.includes(member));
    const items = taken.flatMap((lane) => lane.items);
    for (const item of items) this.remove(item);
    return items;
  }

  /** Returns false when it does not wait. */
  remove(item: Item<Request, Result>): boolean {
    for (const [key, { items }] of this.#lanes) {
      const at = items[0] === item ? 0 : items.indexOf(item);
      if (at < 0) continue;
      items.splice(at, 1);
      if (items.length === 0) this.#lanes.delete(key);
      return true;
    }
    return false;
  }

  /** Those that nobody can take any more, taken out: each tool that may has no instances. */
  takeStranded(): Item<Request, Result>[] {
    const stranded = [...this.#lanes].filter(([, lane]) => askedOf(lane).length === 0);
    for (const [key] of stranded) this.#lanes.delete(key);
    return stranded.flatMap(([, { items }]) => items);
  }

  clear(): Item<Request, Result>[] {
    const items = [...this.#lanes.values()].flatMap((lane) => lane.items);
    this.#lanes.clear();
    return items;
  }
}

function compare<Request, Result>(
  a: Item<Request, Result> | undefined,
  b: Item<Request, Result> | undefined,
): number {
  return (b?.priority ?? 0) - (a?.priority ?? 0) || (a?.place ?? 0) - (b?.place ?? 0);
}
