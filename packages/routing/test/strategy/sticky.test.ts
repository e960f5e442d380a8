import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sticky } from "../../src/index.ts";
import { idle, instances } from "../arbitraries.ts";

const keys = Array.from({ length: 5_000 }, (_, i) => `docs/page-${i}.md`);
const home = (candidates: ReturnType<typeof idle>, key: string, avoid?: number[]) =>
  sticky.pick(candidates, { sequence: 0, attempt: 1, key, avoid })?.index;

describe("with a key", () => {
  test("stays with one instance, whatever the load, the sequence and the attempt", () => {
    fc.assert(
      fc.property(instances(), fc.string(), fc.nat(), fc.nat(), (candidates, key, a, b) => {
        const loaded = candidates.map((one) => ({ ...one, inFlight: one.inFlight + (a % 7) }));
        const first = sticky.pick(candidates, { sequence: a, attempt: 1, key });
        const second = sticky.pick(loaded, { sequence: b, attempt: 3, key });
        expect(second?.index).toBe(first?.index);
      }),
    );
  });

  test("does not depend on the order of the candidates", () => {
    fc.assert(
      fc.property(instances(), fc.string(), (candidates, key) => {
        const reversed = candidates.toReversed();
        expect(home(reversed, key)).toBe(home(candidates, key));
      }),
    );
  });

  test("moves only the keys of an instance that goes, and brings back only those", () => {
    fc.assert(
      fc.property(instances(2), fc.nat(), fc.string(), (candidates, which, key) => {
        const gone = candidates[which % candidates.length]?.index;
        const left = candidates.filter((one) => one.index !== gone);
        const before = home(candidates, key);
        const after = home(left, key);
        expect(after).not.toBe(gone);
        if (before !== gone) expect(after).toBe(before);
      }),
    );
  });

  test("goes where it would go without the avoided instance", () => {
    fc.assert(
      fc.property(instances(2), fc.nat(), fc.string(), (candidates, which, key) => {
        const avoided = candidates[which % candidates.length]?.index ?? -1;
        const left = candidates.filter((one) => one.index !== avoided);
        expect(home(candidates, key, [avoided])).toBe(home(left, key));
      }),
    );
  });

  test.each([2, 5, 16])("spreads similar keys evenly over %d instances", (count) => {
    const shares = new Array<number>(count).fill(0);
    for (const key of keys) {
      const at = home(idle(count), key) ?? -1;
      shares[at] = (shares[at] ?? 0) + 1;
    }
    const fair = keys.length / count;
    for (const share of shares) {
      expect(share).toBeGreaterThan(fair * 0.8);
      expect(share).toBeLessThan(fair * 1.2);
    }
  });

  test("spreads the keys of an instance that goes over all the others", () => {
    const all = idle(5);
    const left = all.filter((one) => one.index !== 2);
    const moved = keys.filter((key) => home(all, key) === 2).map((key) => home(left, key));
    for (const one of left) {
      const share = moved.filter((index) => index === one.index).length;
      expect(share).toBeGreaterThan((moved.length / 4) * 0.7);
    }
  });

  test("moves about one key in n when an instance joins, and only to the new one", () => {
    const moved = keys.filter((key) => home(idle(4), key) !== home(idle(5), key));
    expect(moved.every((key) => home(idle(5), key) === 4)).toBe(true);
    expect(moved.length / keys.length).toBeGreaterThan(0.15);
    expect(moved.length / keys.length).toBeLessThan(0.25);
  });

  test("takes the empty key for a key", () => {
    const counts = new Set(Array.from({ length: 30 }, (_, i) => home(idle(i + 2), "")));
    expect(counts.size).toBeGreaterThan(1);
  });
});

describe("without a key", () => {
  test("chooses the first instance, however busy it is", () => {
    const candidates = [
      { index: 0, inFlight: 9 },
      { index: 1, inFlight: 0 },
    ];
    expect(sticky.pick(candidates, { sequence: 5, attempt: 1 })?.index).toBe(0);
  });

  test("chooses the lowest one that is left", () => {
    fc.assert(
      fc.property(instances(), fc.nat(), (candidates, sequence) => {
        const lowest = Math.min(...candidates.map((one) => one.index));
        expect(sticky.pick(candidates.toReversed(), { sequence, attempt: 1 })?.index).toBe(lowest);
      }),
    );
  });
});
