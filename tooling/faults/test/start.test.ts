import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PoolError, ProcessExitedError, ProtocolError } from "@cluster/pool";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { HOSTS, lastWords } from "../src/host/fault-host.ts";
import { Trial } from "../src/trial/trial.ts";

const first = ({ index, generation }: { index: number; generation: number }): boolean =>
  index === 0 && generation === 0;

describe.each(HOSTS)("at its start, on $name, a tool that", (host) => {
  test("exits is started again, and the others serve", async () => {
    await using trial = new Trial(host, "exits-at-start", { when: first });
    await trial.expectService();
    expect(trial.generation(0)).toBe(2);
    expect(trial.events).toContainEqual(
      expect.objectContaining({
        type: "instance.state",
        state: "backoff",
        detail: expect.stringMatching(
          new RegExp(
            `^fault-tool exited with code 3 before it was ready\\. ${lastWords(host)}cannot start: no licence found$`,
          ),
        ),
      }),
    );
  });

  test("exits every time fails for good, with its last words, and serves once it is well", async () => {
    let well = false;
    await using trial = new Trial(host, "exits-at-start", {
      when: () => !well,
      pool: { restart: { intensity: 1, backoffMs: 1 } },
    });
    const failed = {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: /exited with code 3 before it was ready.*no licence found/s,
    };
    await trial.expectFailure(trial.pool.ready(), failed);
    await trial.expectFailure(trial.pool.run("x", { instance: 0 }), {
      class: PoolError,
      code: "INSTANCE_UNAVAILABLE",
      message: /Instance 0 has failed for good: .*no licence found/s,
    });
    await waitFor(() => trial.pool.status().instances.every(({ state }) => state === "failed"), {
      what: "the failure of both",
    });
    trial.expectNoProcess();
    well = true;
    await Promise.all([trial.pool.restart(0), trial.pool.restart(1)]);
    await trial.expectService();
  });

  test("hangs is given up at the deadline and started again, and the others serve", async () => {
    await using trial = new Trial(host, "hangs-at-start", {
      when: first,
      pool: { startTimeoutMs: 60_000 },
    });
    await trial.expectAnswer(1);
    const pid = await waitFor(() => trial.pid(0), { what: "the process that hangs" });
    trial.clock.advance(60_000);
    await trial.expectService();
    trial.expectGone(pid);
    expect(trial.events).toContainEqual(
      expect.objectContaining({
        state: "backoff",
        detail: expect.stringMatching(
          /^fault-tool was not ready within 60000 ms\..* If it needs longer, raise startTimeoutMs\.$/,
        ),
      }),
    );
  });

  test("hangs ends with the pool", async () => {
    await using trial = new Trial(host, "hangs-at-start");
    const waiting = trial.pool.run("x");
    await waitFor(() => trial.pid(0), { what: "the process that hangs" });
    const closed = { class: PoolError, code: "POOL_CLOSED", message: /has shut down/ };
    await Promise.all([trial.expectFailure(waiting, closed), trial.pool.shutdown()]);
  });

  test("floods is ended at maxTurnBytes and started again", async () => {
    await using trial = new Trial(host, "floods-at-start", {
      args: ["--bytes", "50000000"],
      when: first,
      pool: { maxTurnBytes: 1_000_000 },
    });
    await trial.expectService();
    expect(trial.events).toContainEqual(
      expect.objectContaining({
        state: "backoff",
        detail: expect.stringMatching(/more than 1000000 bytes before it was ready.*raise max/),
      }),
    );
  });

  test("floods every time is told of as a breach of the protocol", async () => {
    await using trial = new Trial(host, "floods-at-start", {
      args: ["--bytes", "50000000"],
      pool: { maxTurnBytes: 1_000_000, restart: { intensity: 0 } },
    });
    await trial.expectFailure(trial.pool.ready(), {
      class: ProtocolError,
      code: "PROTOCOL_VIOLATION",
      message: /more than 1000000 bytes before it was ready/,
    });
  });

  test("dies as soon as it is ready is started again", async () => {
    await using trial = new Trial(host, "dies-when-ready", { when: first });
    // Whether a turn meets the dying process or the next one, its answer is its own or a plain error.
    const early = trial.pool.run("early", { instance: 0 }).catch((error: unknown) => error);
    const answer = await early;
    if (answer !== "early") {
      expect(answer).toBeInstanceOf(PoolError);
      expect(answer).toMatchObject({ code: "PROCESS_EXITED" });
    }
    await waitFor(() => trial.generation(0) === 2, { what: "the next process" });
    await trial.expectService();
    expect(trial.events).toContainEqual(
      expect.objectContaining({
        type: "process.ended",
        instance: 0,
        exit: { kind: "code", code: 4 },
        reason: expect.stringMatching(/^(exited|start-failed)$/),
      }),
    );
  });

  test("is slow keeps nobody waiting: the other four serve meanwhile", async () => {
    await using folder = await temporaryFolder();
    const go = join(folder.path, "go");
    await using trial = new Trial(host, "starts-slowly", {
      args: ["--until", go],
      when: ({ index }) => index === 2,
      pool: { size: 5, startConcurrency: 2 },
    });
    const late = trial.pool.run("late", { instance: 2 });
    const words = Array.from({ length: 20 }, (_, n) => `word ${n}`);
    expect(await Promise.all(words.map((word) => trial.pool.run(word)))).toEqual(words);
    for (const instance of [0, 1, 3, 4]) await trial.expectAnswer(instance);
    expect(trial.pool.status().instances[2]).toMatchObject({ state: "starting", turnsDone: 0 });
    await writeFile(go, "");
    expect(await late).toBe("late");
    await trial.expectAnswer(2);
  });

  test("crashes again and again is given its budget and no more", async () => {
    let well = false;
    await using trial = new Trial(host, "exits-at-start", {
      when: () => !well,
      pool: {
        size: 1,
        restart: { intensity: 3, periodMs: 60_000, backoffMs: 10_000, maxBackoffMs: 10_000 },
      },
    });
    const { clock, pool } = trial;
    const ready = pool.ready();
    ready.catch(() => {});
    for (let crash = 1; crash <= 3; crash += 1) {
      await waitFor(
        () => pool.status().instances[0]?.state === "backoff" && trial.generation() === crash,
        {
          what: `crash ${crash}`,
        },
      );
      trial.expectNoProcess();
      clock.advance(10_000);
    }
    await trial.expectFailure(ready, {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: new RegExp(`${lastWords(host)}cannot start: no licence found`),
    });
    expect(pool.status().instances[0]).toMatchObject({ state: "failed", generation: 4 });
    // Time alone does not bring it back.
    clock.advance(3_600_000);
    expect(trial.events.filter(({ type }) => type === "process.starting")).toHaveLength(4);
    well = true;
    await pool.restart(0);
    await trial.expectService();
  });
});
