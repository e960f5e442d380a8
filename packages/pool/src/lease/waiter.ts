import type { LeaseOptions } from "../pool/options.ts";
import type { GiveUp, Quitter } from "../turn/turn-stop.ts";
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

const NONE: readonly number[] = [];

/** What most requests want. */
const ANY: Wish = {
  instance: undefined,
  insists: true,
  key: undefined,
  avoid: NONE,
  priority: 0,
  fairnessKey: undefined,
};

export function wishOf(options: LeaseOptions): Wish {
  const { instance, whenGone, key, avoid = NONE, priority = 0, fairnessKey } = options;
  const anywhere = instance === undefined && key === undefined && avoid.length === 0;
  if (anywhere && priority === 0 && fairnessKey === undefined) return ANY;
  return { instance, insists: whenGone !== "any", key, avoid, priority, fairnessKey };
}

/** Who wants an instance, and is told of it. */
export interface Applicant {
  /** Later than the call that asked for it. */
  granted(instance: number): void;
  refused(error: unknown): void;
}

/** A request for an instance that has not got one yet. */
export class Waiter implements Quitter {
  wish: Wish;
  /** Grows with each request. */
  readonly order: number;
  readonly applicant: Applicant;
  /** Who may give the wait up. */
  giveUp: GiveUp | null = null;
  readonly #quit: (waiter: Waiter, reason: unknown) => void;
  /** Where it stands; of the wait list alone. */
  lane: Lane | null = null;
  previous: Waiter | null = null;
  next: Waiter | null = null;

  constructor(
    wish: Wish,
    order: number,
    applicant: Applicant,
    quit: (waiter: Waiter, reason: unknown) => void,
  ) {
    this.wish = wish;
    this.order = order;
    this.applicant = applicant;
    this.#quit = quit;
  }

  givenUp(reason: unknown): void {
    this.#quit(this, reason);
  }
}
