/** Numbers that depend on nothing but a seed. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `from` up to and with `to`. */
  whole(from: number, to: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** The same items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Another source of numbers, which does not depend on how many were taken from this one. */
  named(name: string): Random;
}

/** Mulberry32: small, and good enough to choose what goes wrong. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    pick: (items) => {
      const item = items[whole(0, items.length - 1)];
      if (item === undefined) throw new Error("There is nothing to pick from.");
      return item;
    },
    shuffled: (items) => {
      const order = items.map((item) => ({ item, at: next() }));
      return order.sort((one, other) => one.at - other.at).map(({ item }) => item);
    },
    named: (name) => {
      let hash = seed >>> 0;
      for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
      return randomOf(hash);
    },
  };
}
