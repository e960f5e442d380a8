import { expect, expectTypeOf, test } from "vitest";
import {
  ROUTING_ERROR_CODES,
  RoutingError,
  STRATEGIES,
  STRATEGY_NAMES,
  strategyNamed,
} from "../../src/index.ts";

test("finds each strategy by its name", () => {
  expect(STRATEGY_NAMES).toEqual([
    "shared-queue",
    "round-robin",
    "least-busy",
    "sticky",
    "two-choices",
    "weighted",
    "latency-aware",
  ]);
  for (const name of STRATEGY_NAMES) expect(strategyNamed(name)).toBe(STRATEGIES[name]);
});

test.each(["random", "", "Round-Robin", "toString", "__proto__"])(
  "refuses the unknown name %j and says which names there are",
  (name) => {
    expect(() => strategyNamed(name)).toThrow(RoutingError);
    try {
      strategyNamed(name);
    } catch (error) {
      expect(error).toMatchObject({ code: "STRATEGY_UNKNOWN" });
      expect(String(error)).toContain(JSON.stringify(name));
      for (const known of STRATEGY_NAMES) expect(String(error)).toContain(known);
      expect(ROUTING_ERROR_CODES).toHaveProperty((error as RoutingError).code);
    }
  },
);

test("names the type of what is not a name at all", () => {
  expect(() => strategyNamed(3 as unknown as string)).toThrow("found 3 (number)");
  expect(() => strategyNamed(undefined as unknown as string)).toThrow(
    "found undefined (undefined)",
  );
});

test("a pick keeps the type of the caller's own candidate", () => {
  const candidates = [{ index: 0, inFlight: 0, pid: 4711 }];
  const picked = strategyNamed("round-robin").pick(candidates, { sequence: 0, attempt: 1 });
  expectTypeOf(picked).toEqualTypeOf<{ index: number; inFlight: number; pid: number } | null>();
  expect(picked?.pid).toBe(4711);
});
