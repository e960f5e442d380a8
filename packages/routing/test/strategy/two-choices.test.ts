import fc from "fast-check";
import { expect, test } from "vitest";
import { leastBusy, twoChoices } from "../../src/index.ts";
import { idle, instances } from "../arbitraries.ts";

test("never chooses one who is busier than all others", () => {
  fc.assert(
    fc.property(instances(2), fc.nat(), (candidates, sequence) => {
      const picked = twoChoices.pick(candidates, { sequence, attempt: 1 });
      // The pair had another one in it.
      const noLess = candidates.filter((one) => one.inFlight >= (picked?.inFlight ?? -1));
      expect(noLess.length).toBeGreaterThan(1);
    }),
  );
});

test("lets each pair come about as often as any other", () => {
  const pairs = new Map<string, number>();
  const count = 5;
  const throws = 20_000;
  for (let sequence = 0; sequence < throws; sequence += 1) {
    // Whoever is chosen is made busy, and so names the other one of the pair.
    const one = twoChoices.pick(idle(count), { sequence, attempt: 1 });
    const rest = idle(count).map((each) =>
      each.index === one?.index ? { ...each, inFlight: 1 } : each,
    );
    const other = twoChoices.pick(rest, { sequence, attempt: 1 });
    const pair = `${one?.index} ${other?.index}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const expected = throws / (count * (count - 1));
  expect(pairs.size).toBe(count * (count - 1));
  for (const times of pairs.values()) {
    expect(times).toBeGreaterThan(expected * 0.8);
    expect(times).toBeLessThan(expected * 1.2);
  }
});

test("keeps the load nearly as even as the least busy of all would", () => {
  const most = (strategy: typeof twoChoices): number => {
    const loads = idle(50);
    for (let sequence = 0; sequence < 500; sequence += 1) {
      const picked = strategy.pick(loads, { sequence, attempt: 1 });
      if (picked !== null) Object.assign(picked, { inFlight: picked.inFlight + 1 });
    }
    return Math.max(...loads.map((one) => one.inFlight));
  };
  expect(most(leastBusy)).toBe(10);
  expect(most(twoChoices)).toBeLessThanOrEqual(13);
});

test("takes the dice of the request when it brings some", () => {
  const of = (chance: number) => twoChoices.pick(idle(4), { sequence: 1, attempt: 1, chance });
  expect(new Set([0, 0.1, 0.2, 0.3, 0.4].map((chance) => of(chance)?.index)).size).toBeGreaterThan(
    1,
  );
  expect(of(0.5)?.index).toBe(of(0.5)?.index);
  for (const chance of [1, -1, Number.NaN, 7]) expect(of(chance)?.index).toBe(of(0)?.index);
});
