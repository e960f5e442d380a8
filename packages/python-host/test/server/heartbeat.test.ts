import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { Heartbeat } from "../../src/server/heartbeat.ts";

const LIMIT_MS = 40;

/** Both ends of a connection: what is written to one can be read from the other at once. */
async function connected(): Promise<[Socket, Socket, () => void]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const here = createConnection(port, "127.0.0.1");
  const [[there]] = await Promise.all([once(server, "connection"), once(here, "connect")]);
  const close = (): void => {
    here.destroy();
    (there as Socket).destroy();
    server.close();
  };
  return [here, there as Socket, close];
}

test("an answer that has come while this program was busy is heard before anybody gives up", async () => {
  const [here, there, close] = await connected();
  let silent = false;
  let answers = 0;
  const enough = Promise.withResolvers<void>();
  const heartbeat = new Heartbeat(
    LIMIT_MS,
    () => {
      // Behind the look for answers, and in front of the next look at the clock.
      setImmediate(() => {
        there.write("pong");
        const end = performance.now() + 2 * LIMIT_MS;
        while (performance.now() < end);
      });
    },
    () => {
      silent = true;
      enough.resolve();
    },
  );
  here.on("data", () => {
    heartbeat.answered();
    answers += 1;
    if (answers === 5) enough.resolve();
  });
  await enough.promise;
  heartbeat.stop();
  close();
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
