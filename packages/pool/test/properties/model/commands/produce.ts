import fc from "fast-check";
import { ask, codeOf } from "../requesting.ts";
import type { World } from "../world.ts";
import type { Deed } from "./command.ts";
import { order } from "./instances.ts";
import { plans } from "./requests.ts";
import { toOptions } from "./wishes.ts";

/** Waits for room in the queue, and then makes a request, which must not be refused for want of it. */
export const produce: fc.Arbitrary<Deed> = fc
  .record({ plan: plans, signal: fc.option(fc.nat(2), { nil: undefined }) })
  .map(({ plan, signal }) => ({
    name: `produce(${plan}, ${signal ?? ""})`,
    do: (world) => {
      const options = toOptions(world, signal === undefined ? {} : { signal });
      order(world, "capacity", null, () => letIn(world, plan, options.signal), options.signal);
    },
  }));

async function letIn(
  world: World,
  plan: Parameters<typeof ask>[1]["plan"],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { model, pool } = world;
  try {
    await pool.capacity(signal === undefined ? {} : { signal });
  } catch (error) {
    const code = codeOf(error);
    const may = model.state === "open" ? [] : ["POOL_CLOSED"];
    if (signal?.aborted === true) may.push("WAIT_CANCELLED");
    model.expect(may.includes(code), () => `capacity() rejects with ${code}, may: ${may}`);
    return;
  }
  ask(world, { plan, wish: {}, deadline: "none", letIn: true });
}
