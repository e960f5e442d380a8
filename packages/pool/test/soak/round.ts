import type { MixName } from "../properties/model/commands/mixes.ts";

/** How many runs make a round, and how long they are. A seed means the same only with the same. */
export const RUNS = 25;
export const MAX_COMMANDS = 80;

/** What an explorer is told to do. */
export interface Order {
  readonly mix: MixName;
  readonly seed: number;
}

/** What an explorer says of one round. */
export interface Round extends Order {
  readonly ms: number;
  /** How many of each command. */
  readonly steps: Readonly<Record<string, number>>;
  /** Of the explorer, the parent of all these processes, after a garbage collection. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Null where the system does not tell. */
  readonly descriptors: number | null;
  /** What was broken; null when all is well. */
  readonly failure: string | null;
}
