import fc from "fast-check";
import type { LeaseOptions } from "../../../../src/index.ts";
import type { World } from "../world.ts";

/** Where a request or a lease wants to go, and before whom. */
export interface Wish extends Omit<LeaseOptions, "signal"> {
  /** One of a few that several share. */
  readonly signal?: number;
}

const place = {
  instance: fc.nat(4),
  whenGone: fc.constantFrom("any" as const, "reject" as const),
  key: fc.constantFrom("a", "b", "c"),
  avoid: fc.array(fc.nat(3), { maxLength: 2 }),
  signal: fc.nat(2),
};

/** Of a request: with a rank, most of the time. */
export const wishes: fc.Arbitrary<Wish> = fc.record(
  { ...place, priority: fc.constantFrom(-1, 0, 1), fairnessKey: fc.constantFrom("u", "v", "w") },
  { requiredKeys: [] },
);

/** Of a lease: of when one is granted the model hears too late to know of ranks. */
export const places: fc.Arbitrary<Wish> = fc.record(place, { requiredKeys: [] });

/** A wish comes with the signal of the world, a new one when that was aborted. */
export function toOptions(world: World, { signal, ...rest }: Wish): LeaseOptions {
  const wish = atOnce(world, rest);
  if (signal === undefined) return wish;
  const known = world.signals.get(signal);
  const controller = known === undefined || known.signal.aborted ? new AbortController() : known;
  world.signals.set(signal, controller);
  return { ...wish, signal: controller.signal };
}

/** Who would take any other instance wants none from the start where it is not there. */
function atOnce({ model }: World, wish: Omit<LeaseOptions, "signal">): LeaseOptions {
  model.syncRoster();
  const { instance, whenGone, ...others } = wish;
  const gone = whenGone === "any" && instance !== undefined && instance >= model.instances.length;
  return gone ? others : wish;
}
