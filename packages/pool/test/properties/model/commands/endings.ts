import fc from "fast-check";
import type { World } from "../world.ts";
import type { Deed } from "./command.ts";
import { order } from "./instances.ts";

export const drain: fc.Arbitrary<Deed> = fc.constant({
  name: "drain()",
  do: (world: World) => drainNow(world),
});

export const shutdown: fc.Arbitrary<Deed> = fc.constantFrom(undefined, 0, 50).map((timeoutMs) => ({
  name: `shutdown(${timeoutMs ?? ""})`,
  do: (world) => shutdownNow(world, timeoutMs),
}));

export function drainNow(world: World): void {
  const { model, pool } = world;
  if (model.state === "open") model.state = "draining";
  order(world, "drain", null, () => pool.drain());
}

export function shutdownNow(world: World, timeoutMs?: number): void {
  const { model, pool } = world;
  model.state = "closed";
  for (const { process } of model.instances) process?.doom.add("shut-down");
  order(world, "shutdown", null, () => {
    return pool.shutdown(timeoutMs === undefined ? {} : { timeoutMs });
  });
}
