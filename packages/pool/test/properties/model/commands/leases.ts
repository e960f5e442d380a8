import fc from "fast-check";
import type { Lease, ReleaseMode } from "../../../../src/index.ts";
import { RELEASE_MODES } from "../../../../src/pool/options.ts";
import { whereabouts } from "../at-rest.ts";
import { codesThatMayRefuse } from "../excuses.ts";
import type { Model } from "../model.ts";
import { mayServe } from "../order.ts";
import type { LeaseModel } from "../records.ts";
import { ask, codeOf, excuseAtTheDoor } from "../requesting.ts";
import type { World } from "../world.ts";
import { choose, type Deed } from "./command.ts";
import { deadlines, plans } from "./requests.ts";
import { places, toOptions, type Wish } from "./wishes.ts";

export const lease: fc.Arbitrary<Deed> = places.map((wish) => ({
  name: `lease(${JSON.stringify(wish)})`,
  do: (world) => takeLease(world, wish),
}));

export const leaseRun: fc.Arbitrary<Deed> = fc
  .record({ which: fc.nat(5), plan: plans, deadline: deadlines, signal: fc.option(fc.nat(2)) })
  .map(({ which, signal, ...asked }) => ({
    name: `leaseRun(${JSON.stringify({ which, ...asked, signal })})`,
    possible: (model) => model.leases.some(hasLease),
    do: (world) => {
      const held = choose(world.model.leases.filter(hasLease), which);
      if (held === undefined) return;
      const wish = toOptions(world, signal === null ? {} : { signal });
      ask(world, { ...asked, wish }, held);
    },
  }));

export const release: fc.Arbitrary<Deed> = fc
  .tuple(fc.nat(5), fc.option(fc.constantFrom(...RELEASE_MODES), { nil: undefined }))
  .map(([which, mode]) => ({
    name: `release(${which}, ${mode ?? ""})`,
    possible: (model) => model.leases.some(isHeld),
    do: ({ model }) => {
      const held = choose(model.leases.filter(isHeld), which);
      if (held !== undefined) releaseLease(model, held, mode);
    },
  }));

export function releaseLease(model: Model, held: LeaseModel, mode?: ReleaseMode): void {
  const { instance, requests } = held;
  held.mode = mode ?? model.configuration.afterTurn;
  held.state = "releasing";
  for (const request of requests) if (request.state !== "over") request.givenUp = true;
  if (held.mode !== "keep") {
    // What it began with is replaced although it has run nothing.
    if (held.process !== null) held.process.doom.add("forgotten");
    model.homes.doubtAll(instance?.process ?? null);
  }
  held.lease?.release(mode).then(
    () => {
      held.state = "over";
    },
    (error: unknown) => model.fail(`a release rejects: ${String(error)}`),
  );
}

function takeLease(world: World, wish: Wish): void {
  const { model, pool } = world;
  const options = toOptions(world, wish);
  const taken: LeaseModel = {
    order: model.order,
    since: model.step,
    wish: options,
    requests: [],
    mode: null,
    state: "waiting",
    lease: null,
    instance: null,
    process: null,
    givenUp: options.signal?.aborted === true,
    excuses: new Set(),
  };
  model.order += 1;
  model.leases.push(taken);
  excuseAtTheDoor(model, taken);
  pool.lease(options).then(
    (granted) => onGranted(model, taken, granted),
    (error: unknown) => {
      const code = codeOf(error);
      model.note(`  lease ${taken.order} is refused with ${code}`);
      const may: ReadonlySet<string> = codesThatMayRefuse(model, taken);
      model.expect(may.has(code), () => {
        return `lease ${taken.order} was refused with ${code}, and what was done allows only: ${[...may].join(", ")}`;
      });
      taken.state = "over";
    },
  );
}

function onGranted(model: Model, taken: LeaseModel, lease: Lease<string, string>): void {
  const { wish, order } = taken;
  model.note(`  lease ${order} is granted instance ${lease.instance}`);
  taken.lease = lease;
  taken.state = "held";
  const instance = model.instances[lease.instance];
  if (instance === undefined) return;
  const at = `lease ${order} got instance ${instance.index}`;
  model.expect(mayServe(model, taken, instance.index), () => {
    return `${at}, and wanted only ${wish.instance}`;
  });
  model.expect(!model.retires(instance.index), () => `${at}, which leaves`);
  const other = model.leases.find((one) => {
    return one !== taken && one.state === "held" && one.instance === instance;
  });
  model.expect(other === undefined, () => `${at}, which lease ${other?.order} has`);
  model.expect(instance.turn === null, () => `${at}, where ${instance.turn?.nonce} runs`);
  taken.instance = instance;
  taken.process = instance.process;
  const { key } = wish;
  if (key === undefined || instance.process === null) return;
  const home = whereabouts(model, key);
  if (home === "nowhere") model.homes.bind(key, instance.process);
  else if (home !== instance.index && wish.instance === undefined) model.homes.doubt(key);
}

function hasLease({ lease }: LeaseModel): boolean {
  return lease !== null;
}

function isHeld({ state }: LeaseModel): boolean {
  return state === "held";
}
