import type { InstanceState, PoolEvent } from "../../../src/index.ts";
import type { Model } from "./model.ts";
import type { InstanceModel } from "./records.ts";

/** Where an instance may go from each state; to ready without a start when a spare takes its place. */
const NEXT: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  idle: ["starting", "stopping", "ready"],
  starting: ["ready", "backoff", "failed", "stopping"],
  // To starting when a start meets a process that its turn has just ended.
  ready: ["stopping", "starting"],
  stopping: ["starting", "stopped", "backoff", "failed", "ready"],
  backoff: ["starting", "stopping", "ready"],
  stopped: ["starting", "stopping", "ready"],
  failed: ["starting", "stopping", "ready"],
};

export function followInstance(model: Model, instance: InstanceModel, event: PoolEvent): void {
  if (event.type !== "instance.state") return;
  const { index, state: from } = instance;
  const to = event.state;
  model.expect(NEXT[from].includes(to), () => `instance ${index} went from ${from} to ${to}`);
  instance.state = to;
  model.noteHopeless();
  if (to === "ready") {
    model.expect(instance.process?.state === "ready", () => {
      return `instance ${index} is ready, its process ${instance.process?.state}`;
    });
  }
  if (to !== "ready" && to !== "stopping" && instance.process !== null) {
    model.expect(instance.process.state !== "ready", () => {
      return `instance ${index} is ${to} beside a process that is ready`;
    });
  }
  // Only an order brings it back from there, however long ago that was given.
  if (from === "failed" || from === "stopped") model.newBudget(instance);
  if (to === "stopping" || from === "starting") instance.fellAt = model.clock.elapsed();
  if (to === "backoff") instance.crashedAt = model.clock.elapsed();
  if (from === "backoff" && (to === "starting" || to === "ready")) model.comeBack(instance);
}
