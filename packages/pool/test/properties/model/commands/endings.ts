import fc from "fast-check";
import type { World } from "../world.ts";
import type { Deed } from "./command.ts";
import { order } from "./instances.ts";
import { toOptions } from "./wishes.ts";

export const drain: fc.Arbitrary<Deed> = fc.option(fc.nat(2), { nil: undefined }).map((signal) => ({
  name: `drain(${signal ?? ""})`,
  do: (world) => drainNow(world, toOptions(world, signal === undefined ? {} : { signal })),
}));

export const shutdown: fc.Arbitrary<Deed> = fc.constantFrom(undefined, 0, 50).map((timeoutMs) => ({
  name: `shutdown(${timeoutMs ?? ""})`,
  do: (world) => shutdownNow(world, timeoutMs),
}));

export function drainNow(world: World, { signal }: { readonly signal?: AbortSignal } = {}): void {
  const { model, pool } = world;
  // With a signal that is aborted already nothing is begun.
  if (model.state === "open" && signal?.aborted !== true) model.state = "draining";
  order(world, "drain", null, () => pool.drain(signal === undefined ? {} : { signal }), signal);
}

export function shutdownNow(world: World, timeoutMs?: number): void {
  const { model, pool } = world;
  model.state = "closed";
  for (const { process } of model.instances) process?.doom.add("shut-down");
  order(world, "shutdown", null, () => {
    return pool.shutdown(timeoutMs === undefined ? {} : { timeoutMs });
  });
}
