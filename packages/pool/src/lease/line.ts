import { type HeapItem, IndexedHeap } from "./indexed-heap.ts";
import type { Lane } from "./lane.ts";

/** What one caller has waiting at one priority, wherever. */
export interface Share {
  readonly fairnessKey: string | undefined;
  readonly priority: number;
  /** Another one after each turn: at one priority, whose ticket is the lowest is next. */
  ticket: number;
  /** By their names. */
  readonly lanes: Map<string, Lane>;
}

/** A share's lanes in one line. */
class Stand implements HeapItem {
  heapIndex = -1;
  readonly share: Share;
  readonly lanes = new IndexedHeap<Lane>((one, other) => one.order < other.order);
  /** The share's ticket by which the line has sorted it. Tickets only grow. */
  ticket: number;

  constructor(share: Share) {
    this.share = share;
    this.ticket = share.ticket;
  }
}

/** Those who wait for the same instance, or for any. */
export class Line {
  readonly #stands = new IndexedHeap<Stand>(standsBefore);
  readonly #byShare = new Map<Share, Stand>();
  #size = 0;

  /** How many wait in it. */
  get size(): number {
    return this.#size;
  }

  lanes(): readonly Lane[] {
    return this.#stands.items.flatMap((stand) => stand.lanes.items);
  }

  /** A lane comes, with all who stand in it. */
  add(lane: Lane): void {
    this.#size += lane.size;
    let stand = this.#byShare.get(lane.share);
    if (stand === undefined) {
      stand = new Stand(lane.share);
      this.#byShare.set(lane.share, stand);
      this.#stands.add(stand);
    }
    stand.lanes.add(lane);
  }

  /** A lane goes, with all who stand in it. */
  remove(lane: Lane): void {
    this.#size -= lane.size;
    const stand = this.#byShare.get(lane.share);
    stand?.lanes.remove(lane);
    if (stand === undefined || stand.lanes.first !== null) return;
    this.#byShare.delete(lane.share);
    this.#stands.remove(stand);
  }

  /** One has come to a lane, or gone, and others stay in it. */
  changed(lane: Lane, by: 1 | -1): void {
    this.#size += by;
    this.#byShare.get(lane.share)?.lanes.moved(lane);
  }

  /** The lane whose turn it is. */
  first(): Lane | null {
    while (true) {
      const stand = this.#stands.first;
      if (stand === null) return null;
      const { ticket } = stand.share;
      if (stand.ticket === ticket) return stand.lanes.first;
      // Its share has had its turn in another line: where it stands here matters only now.
      stand.ticket = ticket;
      this.#stands.moved(stand);
    }
  }
}

function standsBefore(one: Stand, other: Stand): boolean {
  const { priority } = one.share;
  if (priority !== other.share.priority) return priority > other.share.priority;
  return one.ticket < other.ticket;
}

/** Which of two lanes that are first in their lines is served before the other. */
export function comesFirst(one: Lane, other: Lane): boolean {
  const { priority, ticket } = one.share;
  if (priority !== other.share.priority) return priority > other.share.priority;
  // A share has as many stands as lines, and one ticket.
  return ticket === other.share.ticket ? one.order < other.order : ticket < other.share.ticket;
}
