import type { LeaseOptions } from "../pool/options.ts";
import type { Lane } from "./lane.ts";

/** Where a request wants to go, and before whom. */
export interface Wish {
  /** Its place; undefined for any. */
  readonly instance: number | undefined;
  /** Whether it would rather be rejected than run elsewhere when that instance can serve no more. */
  readonly insists: boolean;
  readonly key: string | undefined;
  readonly avoid: readonly number[];
  /** Higher ones first. */
  readonly priority: number;
  /** On whose behalf; those without one are one caller. */
  readonly fairnessKey: string | undefined;
}

export function wishOf(options: LeaseOptions): Wish {
  const { instance, whenGone, key, avoid = [], priority = 0, fairnessKey } = options;
  return { instance, insists: whenGone !== "any", key, avoid, priority, fairnessKey };
}

/** A request for an instance that has not got one yet. */
export interface Waiter {
  wish: Wish;
  /** Grows with each request. */
  readonly order: number;
  grant(instance: number): void;
  reject(error: Error): void;
  /** Where it stands; of the wait list alone. */
  lane: Lane | null;
  previous: Waiter | null;
  next: Waiter | null;
}

/** One who waits nowhere yet. */
export function waiterOf(
  wish: Wish,
  order: number,
  answers: Pick<Waiter, "grant" | "reject">,
): Waiter {
  return { wish, order, ...answers, lane: null, previous: null, next: null };
}
