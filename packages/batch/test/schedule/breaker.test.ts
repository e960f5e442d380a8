import fc from "fast-check";
import { expect, test } from "vitest";
import { Breaker, type BreakerState, type Passage } from "../../src/schedule/breaker.ts";
import { FakeClock } from "./fake-clock.ts";

function sample(maxWaitMs = 900_000) {
  const clock = new FakeClock();
  const states: BreakerState[] = [];
  const breaker = new Breaker({
    clock,
    random: () => 1,
    maxWaitMs,
    onState: (state) => states.push(state),
  });
  return { clock, breaker, states };
}

test("after a refusal nothing is let through until the wait is over, and then one probe", () => {
  const { clock, breaker } = sample();
  breaker.begin().refused(7_000);
  expect(breaker.state).toEqual({ kind: "open", until: 7_000 });
  clock.advance(6_999);
  expect(breaker.room).toBe(0);
  expect(() => breaker.begin()).toThrow("lets nothing through");
  clock.advance(1);
  expect(breaker.room).toBe(1);
  const probe = breaker.begin();
  expect(probe.probe).toBe(true);
  expect(breaker.room).toBe(0);
  probe.answered();
  expect(breaker.state).toEqual({ kind: "closed" });
  expect(breaker.room).toBe(Number.POSITIVE_INFINITY);
});

test("refusals of turns that were under way do not lengthen the wait, unless they name a later time", () => {
  const { clock, breaker } = sample();
  const [first, second, third, fourth] = [0, 1, 2, 3].map(() => breaker.begin()) as Passage[];
  first?.refused(null);
  expect(breaker.state).toEqual({ kind: "open", until: 5_000 });
  clock.advance(1_000);
  expect(second?.refused(null)).toBe(false);
  expect(third?.refused(2_000)).toBe(false);
  expect(breaker.state).toEqual({ kind: "open", until: 5_000 });
  expect(fourth?.refused(6_000)).toBe(true);
  expect(breaker.state).toEqual({ kind: "open", until: 7_000 });
  expect(clock.timers).toBe(1);
});

test("while the probe is under way, nobody else's refusal counts", () => {
  const { clock, breaker } = sample();
  const [first, late] = [breaker.begin(), breaker.begin()];
  first.refused(100);
  clock.advance(100);
  const probe = breaker.begin();
  expect(late.refused(60_000)).toBe(false);
  probe.answered();
  expect(breaker.state.kind).toBe("closed");
});

test("each refused probe doubles the wait, up to a minute; an answer sets it back", () => {
  const { clock, breaker } = sample();
  const waits: number[] = [];
  breaker.begin().refused(null);
  for (let probes = 0; probes < 6; probes += 1) {
    const { state } = breaker;
    waits.push(state.kind === "open" ? state.until - clock.now() : Number.NaN);
    clock.advance(waits.at(-1) as number);
    breaker.begin().refused(null);
  }
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  expect(breaker.refusedProbes).toBe(6);
  clock.advance(60_000);
  breaker.begin().answered();
  expect(breaker.refusedProbes).toBe(0);
  breaker.begin().refused(null);
  expect(breaker.state).toMatchObject({ until: clock.now() + 5_000 });
});

test("what the provider asks for is bounded, and so is the own wait", () => {
  const { breaker } = sample(2_000);
  breaker.begin().refused(3_600_000);
  expect(breaker.state).toMatchObject({ until: 2_000 });
  const other = sample(2_000).breaker;
  other.begin().refused(null);
  expect(other.state).toMatchObject({ until: 2_000 });
});

test("a probe that says nothing is followed by another one", () => {
  const { clock, breaker } = sample();
  breaker.begin().refused(10);
  clock.advance(10);
  breaker.begin().unknown();
  expect(breaker.state).toEqual({ kind: "half-open", probing: false });
  expect(breaker.room).toBe(1);
});

test("the first word of a turn counts", () => {
  const { breaker } = sample();
  const turn = breaker.begin();
  turn.answered();
  expect(turn.refused(1_000)).toBe(false);
  expect(breaker.state.kind).toBe("closed");
});

test("whatever happens, nothing is let through between a refusal and the probe, and never two probes", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("begin" as const), nth: fc.nat(), ms: fc.nat() }),
    fc.record({
      do: fc.constantFrom(
        "refused" as const,
        "refused-until" as const,
        "answered" as const,
        "unknown" as const,
      ),
      nth: fc.nat(20),
      ms: fc.nat(90_000),
    }),
    fc.record({ do: fc.constant("advance" as const), nth: fc.nat(), ms: fc.nat(70_000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, breaker } = sample(100_000);
      const underWay: Passage[] = [];
      /** A refusal has not been followed by a probe that was answered. */
      let refusing = false;
      for (const { do: what, nth, ms } of steps) {
        if (what === "advance") clock.advance(ms);
        else if (what === "begin") {
          if (breaker.room === 0) continue;
          const passage = breaker.begin();
          expect(passage.probe).toBe(refusing);
          expect(underWay.filter(({ probe }) => probe && passage.probe)).toEqual([]);
          underWay.push(passage);
        } else {
          const [passage] = underWay.splice(nth % Math.max(1, underWay.length), 1);
          if (passage === undefined) continue;
          if (what === "refused") passage.refused(null);
          if (what === "refused-until") passage.refused(ms);
          if (what === "answered") passage.answered();
          if (what === "unknown") passage.unknown();
          if (what.startsWith("refused")) refusing = true;
          if (what === "answered" && passage.probe) refusing = false;
        }
        expect(breaker.room > 1).toBe(!refusing);
        if (breaker.state.kind === "open") {
          expect(breaker.state.until - clock.now()).toBeLessThanOrEqual(100_000);
        }
      }
      // Nobody waits for ever: when all is quiet, a probe is let through.
      for (const passage of underWay) passage.unknown();
      clock.advance(100_000);
      expect(breaker.room).toBeGreaterThan(0);
      expect(clock.timers).toBe(0);
    }),
  );
});
