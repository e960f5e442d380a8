import type { InstanceState, PoolEvent } from "../../../src/index.ts";
import { RESTART_PERIOD_MS } from "./configuration.ts";
import type { Model } from "./model.ts";
import type { InstanceModel } from "./records.ts";

/** Where an instance may go from each state. */
const NEXT: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  idle: ["starting", "stopping"],
  starting: ["ready", "backoff", "failed", "stopping"],
  ready: ["stopping"],
  stopping: ["starting", "stopped", "backoff", "failed"],
  backoff: ["starting", "stopping"],
  stopped: ["starting", "stopping"],
  failed: ["starting", "stopping"],
};

export function followInstance(model: Model, instance: InstanceModel, event: PoolEvent): void {
  if (event.type !== "instance.state") return;
  const { index, state: from } = instance;
  const to = event.state;
  model.expect(NEXT[from].includes(to), () => `instance ${index} went from ${from} to ${to}`);
  instance.state = to;
  if (!model.hopeful(instance)) instance.hopelessAt = model.step;
  if (to === "ready") {
    model.expect(instance.process?.state === "ready", () => {
      return `instance ${index} is ready, its process ${instance.process?.state}`;
    });
  }
  if (from === "starting" && instance.process?.state === "starting") {
    instance.process.abandoned = true;
  }
  if (to !== "ready" && to !== "stopping" && instance.process !== null) {
    model.expect(instance.process.state !== "ready", () => {
      return `instance ${index} is ${to} beside a process that is ready`;
    });
  }
  if (from === "backoff" && to === "starting") comeBack(model, instance);
}

/** The restart budget: never more than `intensity` starts after crashes within the period. */
function comeBack(model: Model, instance: InstanceModel): void {
  const { intensity } = model.configuration;
  const now = model.clock.elapsed();
  // The crash that this start comes after was a little earlier.
  instance.comebacks.push(now);
  const recent = instance.comebacks.filter((time) => now - time < RESTART_PERIOD_MS - 1_000);
  model.expect(recent.length <= intensity, () => {
    return `instance ${instance.index} came back ${recent.length} times, its budget is ${intensity}`;
  });
}
