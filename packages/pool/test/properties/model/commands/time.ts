import fc from "fast-check";
import {
  IDLE_TIMEOUT_MS,
  PING_TIMEOUT_MS,
  START_TIMEOUT_MS,
  TURN_TIMEOUT_MS,
} from "../configuration.ts";
import type { World } from "../world.ts";
import type { Deed } from "./command.ts";

/** Time passes, as far as the deadline of a turn or of a start. */
export const jump: fc.Arbitrary<Deed> = fc
  .constantFrom(1_000, IDLE_TIMEOUT_MS + 1_000, TURN_TIMEOUT_MS + 1_000, START_TIMEOUT_MS + 1_000)
  .map((ms) => ({
    name: `jump(${ms})`,
    do: (world) => jumpBy(world, ms),
  }));

export const setBack: fc.Arbitrary<Deed> = fc.constantFrom(60_000, 3_600_000).map((ms) => ({
  name: `setBack(${ms})`,
  do: ({ clock }) => clock.setBack(ms),
}));

export function jumpBy({ model, clock }: World, ms: number): void {
  for (const { process } of model.instances) {
    if (process?.state === "starting") process.doom.add("expired");
    const asked = process?.pid == null ? undefined : model.pinging.get(process.pid);
    if (asked !== undefined && clock.elapsed() + ms - asked >= PING_TIMEOUT_MS) {
      process?.doom.add("silent");
    }
  }
  clock.jump(ms);
}
