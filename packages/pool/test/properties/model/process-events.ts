import type { PoolEvent } from "../../../src/index.ts";
import type { Model } from "./model.ts";
import { explainEnd } from "./process-ends.ts";
import type { Doom, InstanceModel, ProcessModel } from "./records.ts";

export function followProcess(model: Model, instance: InstanceModel, event: PoolEvent): void {
  switch (event.type) {
    case "process.starting":
      onStarting(model, instance, event.generation);
      break;
    case "process.ready":
      if (event.spare) onSpare(model, instance, event);
      else onReady(model, instance, event);
      break;
    case "process.ended":
      onEnded(model, instance, event);
      break;
  }
}

function onStarting(model: Model, instance: InstanceModel, generation: number): void {
  const { index, process, state } = instance;
  checkGeneration(model, instance, generation);
  model.expect(process?.state !== "ready", () => `instance ${index} starts beside a ready process`);
  model.expect(state === "starting", () => `instance ${index} starts a process and is ${state}`);
  seat(model, instance, {
    start: "well",
    bornAt: model.clock.elapsed(),
    state: "starting",
    pid: null,
    doom: new Set(),
    served: [],
    killed: false,
    frozen: false,
    instance: index,
    generation,
    succeededAt: null,
  });
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

/** A spare has taken the place of whatever was there. */
function onSpare(
  model: Model,
  instance: InstanceModel,
  event: Extract<PoolEvent, { type: "process.ready" }>,
): void {
  checkGeneration(model, instance, event.generation);
  const spare = model.spares.takenBy(event.pid);
  if (spare === undefined) {
    model.fail(`instance ${instance.index} got process ${event.pid}, which was no spare`);
    return;
  }
  const former = instance.process;
  if (former !== null && former.state !== "ended") {
    former.succeededAt = model.step;
    instance.crashedAt = model.clock.elapsed();
    instance.fellAt = instance.crashedAt;
    model.homes.lost(former);
  }
  seat(
    model,
    instance,
    Object.assign(spare, { instance: instance.index, generation: event.generation }),
  );
}

function checkGeneration(model: Model, { index, generation }: InstanceModel, next: number): void {
  model.expect(next === generation, () => {
    return `instance ${index} comes to generation ${next}, not to ${generation}`;
  });
}

function seat(model: Model, instance: InstanceModel, process: ProcessModel): void {
  for (const doom of dooms(model, instance.index)) process.doom.add(doom);
  instance.generation = process.generation + 1;
  instance.process = process;
  instance.processes.set(process.generation, process);
}

/** What the owner has ordered and is not done yet dooms what comes up meanwhile, too. */
function dooms(model: Model, index: number): Doom[] {
  if (model.state === "closed") return ["shut-down"];
  const ordered = model.orders.some(({ name: order, argument, pending }) => {
    if (!pending || argument === null) return false;
    return order === "resize" ? argument <= index : argument === index;
  });
  return ordered ? ["ordered"] : [];
}

function onEnded(
  model: Model,
  instance: InstanceModel,
  event: Extract<PoolEvent, { type: "process.ended" }>,
): void {
  const process = instance.processes.get(event.generation);
  if (process === undefined) {
    model.fail(`instance ${instance.index}: ${event.generation} has ended, which was not there`);
    return;
  }
  instance.processes.delete(event.generation);
  process.state = "ended";
  model.homes.lost(process);
  explainEnd(model, process, event.reason);
  // A spare took over at the crash, which counts for the restart budget as a start does.
  const { succeededAt } = process;
  if (event.reason === "exited" && succeededAt !== null && succeededAt > instance.clearedAt) {
    model.comeBack(instance);
  }
}

function name(process: ProcessModel | null): string {
  return process === null
    ? "a process that is not there"
    : `process ${process.generation} of instance ${process.instance}, which is ${process.state},`;
}
