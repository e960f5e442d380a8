import type { PoolEvent, TerminationReason } from "../../../src/index.ts";
import { mayHaveExpired } from "./excuses.ts";
import type { Model } from "./model.ts";
import type { Doom, InstanceModel, ProcessModel, RequestModel } from "./records.ts";

/** What must have been before a process ends for each reason. */
const EXPLAINED_BY: Readonly<Record<TerminationReason, readonly Doom[]>> = {
  shutdown: ["shut-down"],
  stop: ["ordered"],
  restart: ["ordered"],
  "start-failed": ["bad-start", "deadly", "ordered", "shut-down", "expired"],
  "turn-timeout": ["expired"],
  "turn-cancelled": ["given-up"],
  "turn-output-limit": ["flood"],
  "protocol-violation": ["out-of-step"],
  reset: ["forgotten"],
  replaced: ["forgotten", "out-of-step", "given-up", "expired", "flood", "deadly"],
  "turn-over": [],
  exited: ["deadly", "bad-start"],
};

export function followProcess(model: Model, instance: InstanceModel, event: PoolEvent): void {
  switch (event.type) {
    case "process.starting":
      onStarting(model, instance, event.generation);
      break;
    case "process.ready":
      onReady(model, instance, event);
      break;
    case "process.ended":
      onEnded(model, instance, event);
      break;
  }
}

function onStarting(model: Model, instance: InstanceModel, generation: number): void {
  const { index, process, state } = instance;
  model.expect(generation === instance.generation, () => {
    return `instance ${index} starts generation ${generation}, not ${instance.generation}`;
  });
  // One that could not be spawned has no end of its own.
  model.expect(process?.state !== "ready", () => `instance ${index} starts beside a ready process`);
  model.expect(state === "starting", () => `instance ${index} starts a process and is ${state}`);
  instance.generation = generation + 1;
  instance.process = {
    instance: index,
    generation,
    start: "well",
    state: "starting",
    pid: null,
    abandoned: false,
    doom: new Set(dooms(model, index)),
    served: [],
    killed: false,
    frozen: false,
  };
  const starting = model.instances.filter(({ process: other }) => {
    return other?.state === "starting" && !other.abandoned;
  });
  const { startConcurrency } = model.configuration;
  model.expect(starting.length <= startConcurrency, () => {
    return `${starting.length} processes start at once, ${startConcurrency} may`;
  });
}

/** What the owner has ordered and is not done yet dooms what comes up meanwhile, too. */
function dooms(model: Model, index: number): Doom[] {
  if (model.state === "closed") return ["shut-down"];
  const released = model.leases.some(({ state, mode, instance }) => {
    return state === "releasing" && mode !== "keep" && instance?.index === index;
  });
  const ordered = model.orders.some(({ name, argument, pending }) => {
    if (!pending || argument === null) return false;
    return name === "resize" ? argument <= index : argument === index;
  });
  return [...(ordered ? ["ordered" as const] : []), ...(released ? ["forgotten" as const] : [])];
}

function onReady(
  model: Model,
  instance: InstanceModel,
  event: Extract<PoolEvent, { type: "process.ready" }>,
): void {
  const { process, index } = instance;
  if (process?.generation !== event.generation || process.state !== "starting") {
    model.fail(`instance ${index}: ready is ${event.generation}, not ${name(process)}`);
    return;
  }
  model.expect(process.start !== "exits" && process.start !== "hangs", () => {
    return `instance ${index} is ready, although its tool ${process.start}`;
  });
  process.state = "ready";
  process.pid = event.pid;
}

function onEnded(
  model: Model,
  instance: InstanceModel,
  event: Extract<PoolEvent, { type: "process.ended" }>,
): void {
  const { process, index } = instance;
  if (process?.generation !== event.generation || process.state === "ended") {
    model.fail(`instance ${index}: ${event.generation} has ended, not ${name(process)}`);
    return;
  }
  process.state = "ended";
  model.homes.lost(process);
  const why = whyItMayEnd(model, process);
  model.expect(
    EXPLAINED_BY[event.reason].some((doom) => why.has(doom)),
    () => {
      const known = [...why].join(", ") || "nothing";
      return `${name(process)} ended as ${event.reason}, and what was done to it is: ${known}`;
    },
  );
}

/** What was done to it, and what its turns did. */
export function whyItMayEnd(model: Model, process: ProcessModel): ReadonlySet<Doom> {
  const why = new Set(process.doom);
  for (const request of process.served) for (const doom of doomOf(model, request)) why.add(doom);
  return why;
}

function doomOf(model: Model, request: RequestModel): Doom[] {
  const { told, givenUp, release, lease } = request;
  const doom: Doom[] = [];
  if (givenUp) doom.push("given-up", "out-of-step");
  if (mayHaveExpired(model, request)) doom.push("expired");
  if (lease === null && release !== "keep") doom.push("forgotten");
  for (const turn of told) {
    if (turn === "die" || turn === "answer-and-die") doom.push("deadly");
    if (turn === "flood" || turn === "flood-stderr") doom.push("flood", "deadly");
    if (turn === "half" || turn === "nonsense" || turn === "garbage" || turn === "close-stdout") {
      doom.push("out-of-step", "deadly");
    }
  }
  return doom;
}

function name(process: ProcessModel | null): string {
  return process === null
    ? "a process that is not there"
    : `process ${process.generation} of instance ${process.instance}, which is ${process.state},`;
}
