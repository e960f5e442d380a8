import { setTimeout as delay, setImmediate as nextPass } from "node:timers/promises";
import { unrest } from "./at-rest.ts";
import { checkListeners } from "./listeners.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** How long a pool may take to come to rest; every wait in it is shorter than a second. */
const PATIENCE_MS = Number(process.env.CLUSTER_PATIENCE_MS ?? 20_000);
/** Once one has not come to rest, the smaller examples of it need not be waited for so long. */
const IMPATIENCE_MS = 2_000;
let patience = PATIENCE_MS;

/** Waits until nothing happens any more without a command, and checks what holds then. */
export async function rest(world: World): Promise<void> {
  const deadline = performance.now() + patience;
  for (let passes = 0; ; passes += 1) {
    world.check();
    const left = unrest(world);
    if (left === null) {
      // What was under way between two passes of the event loop shows now.
      await nextPass();
      await nextPass();
      world.check();
      if (unrest(world) === null) break;
      continue;
    }
    if (performance.now() >= deadline) {
      patience = Math.min(PATIENCE_MS, IMPATIENCE_MS);
      world.model.fail(`it does not come to rest: ${left}`);
      throw new Violation(world.model.violation ?? "");
    }
    if (passes < 20) await nextPass();
    else await delay(1);
  }
  checkSettled(world);
  checkListeners(world);
  world.check();
}

/** At rest the counts are exact, refusals too, and the size is what was ordered. */
function checkSettled({ model }: World): void {
  const { failed, queued, instances } = model.status();
  const over = model.requests.filter(({ settled }) => settled !== null);
  const failures = over.filter(({ settled }) => settled !== "done").length;
  model.expect(failed === failures, () => `${failed} failed, ${failures} callers were told`);
  const waiting = model.requests.filter(({ state }) => state === "queued").length;
  model.expect(queued === waiting, () => `${queued} wait, ${waiting} have not been settled`);
  const { maxQueue } = model.configuration;
  const { length } = model.waiting;
  model.expect(length <= maxQueue, () => `${length} wait, no more than ${maxQueue} may`);
  for (const { nonce, state, settled } of model.requests) {
    model.expect(state !== "over" || settled !== null, () => `${nonce} is over, its promise open`);
  }
  const resizing = model.orders.some(({ name, pending }) => name === "resize" && pending);
  if (model.state === "open" && !resizing) {
    model.expect(instances.length === model.size, () => {
      return `${instances.length} instances, ordered were ${model.size}`;
    });
  }
}
