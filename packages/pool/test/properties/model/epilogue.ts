import { setTimeout as delay } from "node:timers/promises";
import { drainNow, shutdownNow } from "./commands/endings.ts";
import { releaseLease } from "./commands/leases.ts";
import { jumpBy } from "./commands/time.ts";
import { PING_INTERVAL_MS, PING_TIMEOUT_MS, START_TIMEOUT_MS } from "./configuration.ts";
import { rest } from "./rest.ts";
import type { World } from "./world.ts";

/** Ends the pool and checks that nothing is left: no promise, no timer, no listener, no process. */
export async function epilogue(world: World): Promise<void> {
  const { model, pool } = world;
  await rest(world);
  await checkHeartbeat(world);
  if (model.configuration.ending === "drain" && model.state !== "closed") {
    drainNow(world);
    do {
      await rest(world);
    } while (giveUpAll(world));
    const refused = model.orders.some(({ name, pending }) => name === "drain" && pending);
    model.expect(!refused, () => "nothing is open, and it drains");
  }
  shutdownNow(world);
  await pool.shutdown();
  await rest(world);
  // What is closed is gone with one of the next passes of the event loop.
  for (let tries = 0; world.handles > 0 && tries < 500; tries += 1) await delay(2);
  checkNothingLeft(world);
  world.check();
}

/** An idle process that says nothing is found out, and another one takes its place. */
async function checkHeartbeat(world: World): Promise<void> {
  const { model } = world;
  if (!model.configuration.pings || model.state === "closed") return;
  for (const ms of [PING_INTERVAL_MS, PING_TIMEOUT_MS]) {
    jumpBy(world, ms + 1_000);
    await rest(world);
  }
  for (const { index, occupancy } of model.status().instances) {
    const process = model.instances[index]?.process;
    // One that waits for others to leave with it serves nobody any more.
    if (model.mayRetire(index)) continue;
    model.expect(occupancy !== "free" || process?.state !== "ready" || !process.frozen, () => {
      return `instance ${index} has a stopped process, and nobody has noticed`;
    });
  }
}

/** Leases are granted to those who wait while others are given back. */
function giveUpAll(world: World): boolean {
  const { model } = world;
  const requests = model.openRequests;
  const held = model.leases.filter(({ state }) => state === "held");
  for (const request of requests) {
    request.givenUp = true;
    request.turn?.cancel();
  }
  for (const lease of held) releaseLease(model, lease);
  const waiting = model.leases.filter(({ state }) => state === "waiting");
  // What they wait for hangs.
  if (held.length === 0 && waiting.length > 0) jumpBy(world, START_TIMEOUT_MS + 1_000);
  return requests.length + held.length + waiting.length > 0;
}

function checkNothingLeft(world: World): void {
  const { model, clock } = world;
  const { accepted, done, failed, instances } = model.status();
  model.expect(
    accepted === done + failed,
    () => `${accepted} were accepted, ${done + failed} ended`,
  );
  for (const { settled, nonce } of model.requests) {
    model.expect(settled !== null, () => `${nonce} was never told how it ended`);
  }
  for (const { state, order } of model.leases) {
    model.expect(state !== "waiting", () => `lease ${order} waits for ever`);
  }
  for (const { name, argument } of model.orders) model.fail(`${name}(${argument}) is still open`);
  for (const { index, alive, state } of instances) {
    model.expect(!alive && state === "stopped", () => `instance ${index} is ${state} in the end`);
  }
  model.expect(world.handles <= 0, () => `${world.handles} handles are left`);
  model.expect(clock.pending === 0, () => `${clock.pending} timers are left`);
  model.expect(world.disposed === 1, () => `its host was disposed of ${world.disposed} times`);
  const left = world.leftovers();
  model.expect(left.length === 0, () => `processes are left: ${JSON.stringify(left)}`);
}

/** Whatever happened, nothing of this world may be left for the next one. */
export async function clean(world: World): Promise<void> {
  world.model.close();
  await Promise.race([
    world.pool.shutdown({ timeoutMs: 0 }).catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
  ]);
  for (const { pid } of world.leftovers()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has gone meanwhile.
    }
  }
}
