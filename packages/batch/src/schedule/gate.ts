/** How many items are at work in a lane, and how many of those have not begun their turn. */
export interface LaneWork {
  atWork(lane: string): number;
  preparing(lane: string): number;
}

/** Says what may begin now. Items of one lane are let in or held back alike. */
export interface Gate<Item> {
  laneOf(item: Item): string;
  /** How many more items of a lane may be got ready, beside those that are and have not begun their turn. */
  startRoom(lane: string, work: LaneWork): number;
  /** An item is about to start. Returns the lane that it works in, where it waited for one of several. */
  enter?(item: Item, lane: string, work: LaneWork): string;
  /** How many more turns of a lane may begin. */
  turnRoom(lane: string): number;
  /** A turn begins, before anything of it happens. */
  begun(item: Item): void;
  /** Whether a turn that was let in, and of which nothing has happened yet, may still begin. */
  stands(item: Item): boolean;
  /** It does not, and waits again. */
  takenBack(item: Item): void;
}

/** Lets everything in. */
export const OPEN_GATE: Gate<unknown> = {
  laneOf: () => "",
  startRoom: () => Number.POSITIVE_INFINITY,
  turnRoom: () => Number.POSITIVE_INFINITY,
  begun: () => {},
  stands: () => true,
  takenBack: () => {},
};
