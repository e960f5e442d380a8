import { stat } from "node:fs";
import { expect, test } from "vitest";
import { Heartbeat } from "../../src/server/heartbeat.ts";

const LIMIT_MS = 40;

test("an answer that has come while this program was busy is heard before anybody gives up", async () => {
  let silent = false;
  let asked = 0;
  const rounds = Promise.withResolvers<void>();
  const heartbeat = new Heartbeat(
    LIMIT_MS,
    () => {
      asked += 1;
      stat("/", () => heartbeat.answered());
      // Behind the look for answers, and in front of the next look at the clock.
      setImmediate(() => {
        const end = performance.now() + 2 * LIMIT_MS;
        while (performance.now() < end);
      });
      if (asked === 5) rounds.resolve();
    },
    () => {
      silent = true;
    },
  );
  const alive = setInterval(() => {}, 1_000);
  await rounds.promise;
  clearInterval(alive);
  heartbeat.stop();
  expect(silent).toBe(false);
});

test("silence is told once", async () => {
  let told = 0;
  const silence = Promise.withResolvers<void>();
  const alive = setInterval(() => {}, 1_000);
  new Heartbeat(
    LIMIT_MS,
    () => {},
    () => {
      told += 1;
      silence.resolve();
    },
  );
  await silence.promise;
  clearInterval(alive);
  expect(told).toBe(1);
});
