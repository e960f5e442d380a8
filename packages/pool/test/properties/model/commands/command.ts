import { setImmediate as nextPass } from "node:timers/promises";
import fc from "fast-check";
import type { Model } from "../model.ts";
import { rest } from "../rest.ts";
import type { World } from "../world.ts";

/** What comes after a command: the next one at once, a pass of the event loop, or rest. */
const PAUSES = ["none", "pass", "passes", "rest"] as const;
type Pause = (typeof PAUSES)[number];

/** What a command does; it says false when there is nothing that it could be done to. */
export interface Deed {
  readonly name: string;
  possible?(model: Readonly<Model>): boolean;
  do(world: World): void;
}

/** How many of each command have run, in this process. */
export const tally: Map<string, number> = new Map();

/** Does something to the pool, waits or does not, and has the rules checked. */
class Command implements fc.AsyncCommand<Model, World> {
  readonly #deed: Deed;
  readonly #pause: Pause;

  constructor(deed: Deed, pause: Pause) {
    this.#deed = deed;
    this.#pause = pause;
  }

  check(model: Readonly<Model>): boolean {
    return this.#deed.possible?.(model) ?? true;
  }

  async run(model: Model, world: World): Promise<void> {
    const { name } = this.#deed;
    const kind = name.slice(0, name.indexOf("("));
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
    model.step += 1;
    model.note(this.toString());
    this.#deed.do(world);
    world.check();
    await pauseFor(this.#pause, world);
    if (this.#pause !== "none") model.noteWaiting();
    world.check();
  }

  toString(): string {
    return `${this.#deed.name}${this.#pause === "none" ? "" : ` ${this.#pause}`}`;
  }
}

async function pauseFor(pause: Pause, world: World): Promise<void> {
  switch (pause) {
    case "none":
      return;
    case "pass":
      return nextPass();
    case "passes":
      for (let n = 0; n < 8; n += 1) await nextPass();
      return;
    case "rest":
      return rest(world);
  }
}

const pauses = fc.oneof(
  ...PAUSES.map((pause, n) => ({ arbitrary: fc.constant(pause), weight: [3, 2, 2, 4][n] ?? 1 })),
);

export function command(deeds: fc.Arbitrary<Deed>): fc.Arbitrary<fc.AsyncCommand<Model, World>> {
  return fc.tuple(deeds, pauses).map(([deed, pause]) => new Command(deed, pause));
}

/** One of those that there are. */
export function choose<Value>(from: readonly Value[], which: number): Value | undefined {
  return from[which % Math.max(1, from.length)];
}
