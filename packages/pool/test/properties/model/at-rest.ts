import type { InstanceStatus, PoolStatus } from "../../../src/index.ts";
import { PING_TIMEOUT_MS } from "./configuration.ts";
import type { Model } from "./model.ts";
import { isWorn } from "./process-ends.ts";
import type { InstanceModel, LeaseModel, RequestModel } from "./records.ts";
import type { World } from "./world.ts";

/** Turns that end only when somebody does something. */
const ENDLESS: ReadonlySet<string> = new Set(["mute", "deaf", "half", "freeze", "close-stdout"]);

/**
 * What still has to happen without anybody's help; nothing, when the pool is at rest. What never comes
 * to rest has lost something: a request, an instance, an order.
 */
export function unrest(world: World): string | null {
  const { model } = world;
  const status = model.status();
  for (const instance of model.instances) {
    const { index, state, process } = instance;
    if (process?.killed && process.state !== "ended") return `the end of instance ${index}`;
    if (state === "stopping" || state === "backoff") return `instance ${index}, which is ${state}`;
    if (state === "starting" && !mayHang(model, instance)) return `the start of instance ${index}`;
    const asked = process?.pid == null ? undefined : model.pinging.get(process.pid);
    // One that cannot give it is found out when its time is over, and not before.
    const overdue = asked !== undefined && world.clock.elapsed() - asked >= PING_TIMEOUT_MS;
    if (asked !== undefined && (!process?.frozen || overdue)) {
      return `a sign of life of instance ${index}`;
    }
    const occupancy = status.instances[index]?.occupancy;
    if (occupancy === "resetting") return `the reset of instance ${index}`;
    const wanted = instance.turn !== null || leaseOf(model, index) !== undefined;
    if (occupancy === "leased" && !wanted) return `instance ${index}, which nobody has leased`;
  }
  const renewal = unrestOfSpares(model, status);
  if (renewal !== null) return renewal;
  for (const request of model.openRequests) {
    if (request.state === "running" && !mayLast(request)) return `the end of ${request.nonce}`;
    if (request.state === "running" && request.givenUp)
      return `${request.nonce}, which was given up`;
    if (request.lease !== null && request.state === "queued")
      return `the start of ${request.nonce}`;
  }
  for (const one of model.waiting) {
    const why = mayWait(model, status.instances, one);
    if (why !== null) return `${"nonce" in one ? one.nonce : `lease ${one.order}`}, ${why}`;
  }
  const releasing = model.leases.find(({ state }) => state === "releasing");
  if (releasing !== undefined) return `the release of lease ${releasing.order}`;
  for (const order of model.orders) {
    if (order.pending && !mayPend(model, order.name, order.argument)) {
      return `${order.name}(${order.argument ?? ""})`;
    }
  }
  return null;
}

/** Spares that are missing, and worn processes that they are to replace. */
function unrestOfSpares(model: Model, status: PoolStatus): string | null {
  const { spares, exclusive, folders } = model.configuration;
  // What hangs at the gate, and what has failed too often, keeps them away.
  if (model.state !== "open" || model.hanging.size > 0 || model.spares.failed) return null;
  if (status.spares.starting > 0) return "the start of a spare";
  const serving = model.instances.filter((instance) => {
    return instance.state === "ready" && model.hopeful(instance);
  });
  if (serving.length === 0) return null;
  if (!exclusive && !folders && status.spares.ready < spares) return "a spare";
  const worn = serving.find(({ index, process }) => {
    const free = status.instances[index]?.occupancy === "free";
    const pinging = process?.pid != null && model.pinging.has(process.pid);
    return free && process !== null && !pinging && isWorn(model, process);
  });
  return worn === undefined ? null : `the recycling of instance ${worn.index}`;
}

/** A start that hangs, or that waits at the gate behind such, or for a spare that does. */
function mayHang({ hanging, configuration }: Model, { process }: InstanceModel): boolean {
  if (process?.state === "starting" && process.start === "hangs") return true;
  if (hanging.size >= configuration.startConcurrency) return true;
  // It waits for a spare that is on its way, rather than start one beside it.
  return hanging.size > 0 && process?.state !== "starting";
}

function mayLast({ told, answer, process }: RequestModel): boolean {
  return answer !== null || ENDLESS.has(told.at(-1) ?? "") || process?.frozen === true;
}

function leaseOf(model: Model, index: number): LeaseModel | undefined {
  return model.leases.find(({ state, instance }) => state === "held" && instance?.index === index);
}

/** Null when it waits rightly: somebody may still serve it, and nobody can now. */
function mayWait(
  model: Model,
  instances: readonly InstanceStatus[],
  one: RequestModel | LeaseModel,
): string | null {
  const { wish, givenUp } = one;
  if (givenUp) return "which was given up";
  const wanted = wantedNow(model, one);
  const suitable = instances.filter(({ index }) => typeof wanted !== "number" || wanted === index);
  const free = suitable.filter(({ index, state, occupancy, pid }) => {
    if (state !== "ready" || occupancy !== "free" || model.mayRetire(index)) return false;
    // Nobody gets one that owes a sign of life.
    return pid === null || !model.pinging.has(pid);
  });
  if (wanted === "unknown" ? free.length === instances.length : free.length > 0) {
    return `which waits although instance ${free.map(({ index }) => index)} is free`;
  }
  const others = model.instances.filter(({ index }) =>
    suitable.some((other) => other.index === index),
  );
  if (wish.instance !== undefined && typeof wanted !== "number") return null;
  if (others.every((instance) => model.hopeless(instance))) {
    return typeof wanted !== "number" && model.growing ? null : "which nobody will ever serve";
  }
  if (others.every(({ state }) => state === "idle")) return "for which nobody starts an instance";
  return null;
}

/** The only instance that may serve it now. */
function wantedNow(model: Model, { wish, since }: RequestModel | LeaseModel): Whereabouts {
  const { instance, whenGone, key } = wish;
  if (instance === undefined) return key === undefined ? "nowhere" : whereabouts(model, key);
  if (whenGone !== "any") return instance;
  // It may have been gone for a while, and the request has changed its mind.
  return model.wasHopeless(instance, since) ? "unknown" : instance;
}

type Whereabouts = number | "nowhere" | "unknown";

/** The instance that a key is bound to, as far as the model can know. */
export function whereabouts(model: Model, key: string): Whereabouts {
  const home = model.homes.of(key);
  if (home === undefined) return "nowhere";
  if (home === "unknown") return "unknown";
  const instance = model.instances[home.instance];
  if (home.state === "ended" || instance === undefined || model.hopeless(instance)) {
    return "nowhere";
  }
  return model.hopeful(instance) ? home.instance : "unknown";
}

function mayPend(model: Model, name: string, argument: number | null): boolean {
  if (name === "capacity") return model.waiting.length >= model.configuration.maxQueue;
  if (name === "drain") {
    return model.openRequests.length > 0 || (model.state !== "closed" && model.leases.some(isOut));
  }
  if (name === "resize") {
    // Those that leave finish their turn or lease before, and a resize waits for the one before it.
    return model.orders.some(({ name: other, argument: size, pending }) => {
      if (other !== "resize" || !pending || size === null) return false;
      return model.instances.some(
        ({ index, turn }) => index >= size && (turn !== null || leaseOf(model, index)),
      );
    });
  }
  if (name === "start" || name === "restart" || name === "ready") {
    return model.instances.some((instance) => {
      const meant = argument === null || argument === instance.index;
      return meant && instance.state === "starting" && mayHang(model, instance);
    });
  }
  return false;
}

function isOut({ state }: LeaseModel): boolean {
  return state !== "over";
}
