import { expect, test } from "vitest";
import { STRATEGIES, type Strategy } from "../../src/index.ts";
import { idle } from "../arbitraries.ts";

const PICKS = 100_000;

/** Bytes that a pick leaves on the heap: the median of many rounds, as a collection falls into some. */
function bytesPerPick(strategy: Pick<Strategy, "pick">): number {
  const candidates = idle(5);
  const asked = { sequence: 0, attempt: 1, key: "docs/page.md", avoid: [1] };
  const rounds = Array.from({ length: 15 }, () => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < PICKS; i += 1) {
      asked.sequence = i;
      strategy.pick(candidates, asked);
    }
    return (process.memoryUsage().heapUsed - before) / PICKS;
  });
  return rounds.sort((a, b) => a - b)[7] ?? Number.NaN;
}

test.each(Object.values(STRATEGIES))("$name allocates nothing for a pick", (strategy) => {
  expect(bytesPerPick(strategy)).toBeLessThan(4);
});

test("the measurement sees a strategy that allocates", () => {
  const kept: object[] = [];
  const wasteful: Pick<Strategy, "pick"> = {
    pick(candidates, request) {
      const others = candidates.filter((one) => one.index !== request.sequence);
      kept[0] = others;
      return others[0] ?? null;
    },
  };
  expect(bytesPerPick(wasteful)).toBeGreaterThan(15);
});
