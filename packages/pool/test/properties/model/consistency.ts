import type { PoolStatus } from "../../../src/index.ts";
import type { Model } from "./model.ts";

const WITHOUT_PROCESS: ReadonlySet<string> = new Set(["idle", "backoff", "stopped", "failed"]);

/** accepted = done + failed + queued + running, by the status and by what the model has seen. */
export function checkCounts(model: Model, status: PoolStatus): void {
  const { accepted, done, failed, queued, running } = status;
  model.expect(accepted === done + failed + queued + running, () => {
    return `accepted ${accepted} is not ${done} done + ${failed} failed + ${queued} queued + ${running} running`;
  });
  const difference = model.counts.differFrom(status);
  if (difference !== null) model.fail(difference);
  const { requests } = model;
  model.expect(accepted === requests.length, () => {
    return `${requests.length} requests were made, ${accepted} accepted`;
  });
  const seen = requests.filter(({ state }) => state === "running").length;
  model.expect(seen === running, () => `${running} run, by their turns ${seen}`);
}

/** What the events tell of the instances is what the status says. */
export function checkStates(model: Model, status: PoolStatus): void {
  model.expect(status.state === model.state, () => `it is ${status.state}, not ${model.state}`);
  for (const { index, state, generation, pid, alive } of status.instances) {
    const instance = model.instances[index];
    if (instance === undefined) continue;
    const { process } = instance;
    const by = `by the events of instance ${index}`;
    model.expect(state === instance.state, () => `${state}, ${by} ${instance.state}`);
    model.expect(generation === instance.generation, () => {
      return `${generation} processes, ${by} ${instance.generation}`;
    });
    if (process?.state === "ready") {
      model.expect(pid === process.pid, () => `pid ${pid}, ${by} ${process.pid}`);
      model.expect(alive, () => `not alive, ${by} it is`);
    }
    // A spare is there a moment before its instance is ready.
    if (WITHOUT_PROCESS.has(state) && process?.state !== "ready") {
      model.expect(pid === null && !alive, () => `pid ${pid} while it is ${state}, ${by}`);
    }
    if (process?.state === "ended") {
      model.expect(pid === null, () => `pid ${pid} of a process that has ended, ${by}`);
    }
  }
}

/** An instance with a turn is leased; its release comes a moment before the end of the turn is told. */
export function checkOccupancy(model: Model, status: PoolStatus): void {
  for (const { index, occupancy } of status.instances) {
    const turn = model.instances[index]?.turn ?? null;
    model.expect(turn === null || occupancy === "leased", () => {
      return `instance ${index} has ${turn?.nonce} and is ${occupancy}`;
    });
  }
}
