import { afterAll, describe, expect, test } from "vitest";
import { createPool } from "../../src/index.ts";
import { cancel, expectNoProcessLeft, jsonLines, jsonTool, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const reason = new Error("enough");

/** A signal, and what aborts it a moment later. */
function impatience(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort(reason));
  return controller.signal;
}

const givenUp = { code: "WAIT_CANCELLED", cause: reason };

describe("a wait that is given up", () => {
  test("for readiness or a start leaves the start to go on", async () => {
    await using pool = createPool({ adapter: jsonTool("slow-start"), start: "lazy" });
    expect(await rejection(pool.ready({ signal: impatience() }))).toMatchObject(givenUp);
    expect(await rejection(pool.start(0, { signal: impatience() }))).toMatchObject(givenUp);
    await pool.ready();
    expect(pool.status().instances[0]?.generation).toBe(1);
  });

  test("for a lease takes none", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const lease = await pool.lease();
    expect(await rejection(pool.lease({ signal: impatience() }))).toMatchObject(givenUp);
    const aborted = AbortSignal.abort(reason);
    expect(await rejection(pool.lease({ signal: aborted }))).toMatchObject(givenUp);
    await lease.release();
    expect(await pool.run({ echo: 1 })).toBe(1);
    await pool.drain();
  });

  test("for a restart, a resize or a stop leaves them to go on", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    await pool.ready();
    expect(await rejection(pool.restart(0, { signal: impatience() }))).toMatchObject(givenUp);
    await pool.ready();
    expect(pool.status().instances[0]?.generation).toBe(2);
    const lease = await pool.lease({ instance: 1 });
    expect(await rejection(pool.resize(1, { signal: impatience() }))).toMatchObject(givenUp);
    await lease.release();
    await pool.resize(1);
    expect(pool.size).toBe(1);
    const stop = rejection(pool.stop(0, { signal: impatience() }));
    expect(await stop).toMatchObject(givenUp);
    await pool.stop(0);
    expect(pool.health()).toMatchObject({ alive: 0 });
  });

  test("for the end leaves the end to go on", async () => {
    const pool = createPool({ adapter: jsonLines({ cancel }) });
    const turn = rejection(pool.run({ sleep: 60_000 }));
    expect(await rejection(pool.drain({ signal: impatience() }))).toMatchObject(givenUp);
    expect(pool.status().state).toBe("draining");
    // At once: how soon a process ends is not known.
    const controller = new AbortController();
    const ending = rejection(pool.shutdown({ signal: controller.signal }));
    controller.abort(reason);
    expect(await ending).toMatchObject(givenUp);
    expect(pool.status().state).toBe("closed");
    await pool.shutdown();
    expect(await turn).toMatchObject({ code: "POOL_CLOSED" });
  });
});

test("with a signal that is aborted already nothing is begun", async () => {
  await using pool = createPool({ adapter: jsonLines(), start: "lazy" });
  const signal = AbortSignal.abort(reason);
  for (const begun of [
    pool.ready({ signal }),
    pool.start(0, { signal }),
    pool.restart(0, { signal }),
    pool.resize(5, { signal }),
    pool.drain({ signal }),
    pool.shutdown({ signal }),
    pool.capacity({ signal }),
  ]) {
    expect(await rejection(begun)).toMatchObject(givenUp);
  }
  expect(pool.status()).toMatchObject({ state: "open", instances: [{ generation: 0 }] });
});

test("a signal that is none is refused", async () => {
  await using pool = createPool({ adapter: jsonLines(), start: "lazy" });
  const signal = {} as AbortSignal;
  expect(await rejection(pool.ready({ signal }))).toMatchObject({ code: "OPTION_INVALID" });
  expect(await rejection(pool.drain({ signal }))).toMatchObject({ code: "OPTION_INVALID" });
});
