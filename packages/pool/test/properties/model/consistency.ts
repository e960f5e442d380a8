import type { PoolStatus } from "../../../src/index.ts";
import type { Model } from "./model.ts";

const WITHOUT_PROCESS: ReadonlySet<string> = new Set(["idle", "backoff", "stopped", "failed"]);

/** accepted = done + failed + queued + running, by the status and by what the model has seen. */
export function checkCounts(model: Model, status: PoolStatus): void {
  const { accepted, done, failed, queued, running } = status;
  model.expect(accepted === done + failed + queued + running, () => {
    return `accepted ${accepted} is not ${done} done + ${failed} failed + ${queued} queued + ${running} running`;
  });
  const seen = { done: 0, failed: 0, running: 0 };
  for (const { announced, settled, state } of model.requests) {
    if (state === "running") seen.running += 1;
    else if (announced === "done") seen.done += 1;
    else if (announced !== null || settled !== null) seen.failed += 1;
  }
  model.expect(accepted === model.requests.length, () => {
    return `${model.requests.length} requests were made, ${accepted} accepted`;
  });
  model.expect(seen.running === running, () => `${running} run, by the events ${seen.running}`);
  model.expect(seen.done === done, () => `${done} are done, by the events ${seen.done}`);
  // A refusal is no event: its caller hears of it a moment later.
  model.expect(seen.failed <= failed, () => `${failed} failed, by the events ${seen.failed}`);
}

/** What the events tell of the instances is what the status says. */
export function checkStates(model: Model, status: PoolStatus): void {
  model.expect(status.state === model.state, () => `it is ${status.state}, not ${model.state}`);
  for (const { index, state, generation, occupancy, pid, alive } of status.instances) {
    const instance = model.instances[index];
    if (instance === undefined) continue;
    const { process } = instance;
    const by = `by the events of instance ${index}`;
    model.expect(state === instance.state, () => `${state}, ${by} ${instance.state}`);
    model.expect(generation === instance.generation, () => {
      return `${generation} processes, ${by} ${instance.generation}`;
    });
    if (instance.turn !== null) {
      model.expect(
        occupancy === "leased",
        () => `instance ${index} has a turn and is ${occupancy}`,
      );
    }
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
