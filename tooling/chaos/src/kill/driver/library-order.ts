import type { RunOrder } from "./order.ts";

/** What a program that is to be killed is told on its command line, as JSON. */
export interface LibraryOrder extends RunOrder {
  readonly how: "start" | "resume";
}

/** Its exit codes when there is no run to go on with, and when nothing is left to do. */
export const NOTHING_BEGUN = 64;
export const COMPLETE = 65;
