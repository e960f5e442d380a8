import type { QuickStart } from "@cluster/testkit";
import fc from "fast-check";
import { PoolError } from "../../../../src/index.ts";
import type { Model } from "../model.ts";
import type { InstanceModel, OrderModel, ProcessModel } from "../records.ts";
import type { World } from "../world.ts";
import { choose, type Deed } from "./command.ts";
import { toOptions } from "./wishes.ts";

const SIGNALS = ["SIGKILL", "SIGKILL", "SIGTERM", "SIGSTOP", "SIGCONT"] as const;

/** A signal from outside to a process. */
export const kill: fc.Arbitrary<Deed> = fc
  .tuple(fc.nat(5), fc.constantFrom(...SIGNALS))
  .map(([which, signal]) => ({
    name: `kill(${which}, ${signal})`,
    possible: (model) => targets(model).length > 0,
    do: ({ model }) => {
      const target = choose(targets(model), which);
      if (target?.pid == null) return;
      model.note(`  which is ${target.pid} of instance ${target.instance}`);
      if (signal === "SIGSTOP") target.frozen = true;
      else if (signal === "SIGCONT") target.frozen = false;
      else target.doom.add("deadly");
      if (signal === "SIGKILL") target.killed = true;
      try {
        process.kill(target.pid, signal);
      } catch {
        // It has just ended by itself.
      }
    },
  }));

/** How the next processes will start. */
export const nextStarts: fc.Arbitrary<Deed> = fc
  .array(fc.constantFrom<QuickStart>("exits", "exits", "slow", "hangs", "well"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((starts) => ({
    name: `nextStarts(${starts})`,
    do: (world) => void world.starts.splice(0, Number.POSITIVE_INFINITY, ...starts),
  }));

export const start: fc.Arbitrary<Deed> = fc.nat(4).map((index) => ({
  name: `start(${index})`,
  do: (world) => order(world, "start", index, () => world.pool.start(index)),
}));

export const stop: fc.Arbitrary<Deed> = fc.nat(4).map((index) => ({
  name: `stop(${index})`,
  do: (world) => order(world, "stop", index, () => world.pool.stop(index)),
}));

export const restart: fc.Arbitrary<Deed> = fc.nat(4).map((index) => ({
  name: `restart(${index})`,
  do: (world) => order(world, "restart", index, () => world.pool.restart(index)),
}));

export const resize: fc.Arbitrary<Deed> = fc.nat(5).map((size) => ({
  name: `resize(${size})`,
  do: (world) => {
    if (world.model.state === "open") world.model.size = size;
    order(world, "resize", size, () => world.pool.resize(size));
  },
}));

export const ready: fc.Arbitrary<Deed> = fc.option(fc.nat(2), { nil: undefined }).map((signal) => ({
  name: `ready(${signal ?? ""})`,
  do: (world) => {
    const options = toOptions(world, signal === undefined ? {} : { signal });
    order(world, "ready", null, () => world.pool.ready(options), options.signal);
  },
}));

/** Gives an order to the pool and notes when it has been carried out, or refused. */
export function order(
  { model }: World,
  name: OrderModel["name"],
  argument: number | null,
  give: () => Promise<void>,
  signal?: AbortSignal,
): void {
  const given: OrderModel = { name, argument, signal, pending: true, begun: false };
  const affected = model.instances.filter(({ index }) => {
    return name === "resize" ? argument !== null && index >= argument : index === argument;
  });
  if (name !== "start") doom(affected);
  if (name === "start" || name === "restart") for (const one of affected) model.newBudget(one);
  model.orders.push(given);
  const over = (how: string): void => {
    model.note(`  ${name}(${argument ?? ""}) ${how}`);
    given.pending = false;
    forget(model);
  };
  give().then(
    () => over("is done"),
    (error: unknown) => {
      model.expect(error instanceof PoolError, () => `${name} rejects with ${String(error)}`);
      over(`rejects: ${error instanceof PoolError ? error.code : String(error)}`);
    },
  );
}

function doom(instances: readonly InstanceModel[]): void {
  for (const { process } of instances) process?.doom.add("ordered");
}

function forget(model: Model): void {
  const open = model.orders.filter(({ pending }) => pending);
  model.orders.splice(0, model.orders.length, ...open);
}

/** The processes of instances, those on their way out too, and the spares. */
function targets(model: Readonly<Model>): ProcessModel[] {
  const all = model.instances.flatMap(({ processes }) => [...processes.values()]);
  return [...all.filter(({ state }) => state === "ready"), ...model.spares.ready];
}
