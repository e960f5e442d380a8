import fc from "fast-check";
import type { Candidate, RoutingRequest } from "../src/index.ts";

/** A candidate as a caller has it: with a field that routing knows nothing of. */
export interface Instance extends Candidate {
  readonly pid: number;
}

/** Instances in the order of their index, with holes where instances are not ready. */
export const instances = (minLength = 1): fc.Arbitrary<Instance[]> =>
  fc
    .uniqueArray(
      fc.record(
        {
          index: fc.nat(40),
          inFlight: fc.nat(4),
          latencyMs: fc.nat(10_000),
          latencyAgeMs: fc.nat(60_000),
          weight: fc.nat(5),
          pid: fc.nat(),
        },
        { requiredKeys: ["index", "inFlight", "pid"] },
      ),
      { minLength, maxLength: 12, selector: (one) => one.index },
    )
    .map((all) => all.sort((a, b) => a.index - b.index));

export const request: fc.Arbitrary<RoutingRequest> = fc.record(
  {
    sequence: fc.nat(),
    attempt: fc.integer({ min: 1, max: 9 }),
    key: fc.string({ maxLength: 20 }),
    avoid: fc.array(fc.nat(40), { maxLength: 12 }),
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  },
  { requiredKeys: ["sequence", "attempt"] },
);

/** `count` candidates that all have nothing to do. */
export function idle(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => ({ index, inFlight: 0, pid: 100 + index }));
}
