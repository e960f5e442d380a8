import { PoolError, ProcessExitedError, TurnAbortedError } from "@cluster/pool";
import { isAlive, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { HOSTS } from "../src/host/fault-host.ts";
import { json, sentinel } from "../src/trial/speech.ts";
import { Trial } from "../src/trial/trial.ts";

const timedOut = {
  class: TurnAbortedError,
  code: "TURN_TIMEOUT",
  message: /^The turn took longer than 60000 ms\.$/,
};
const speeches = [json(), sentinel()];

describe.each(HOSTS)("on $name, a tool that", (host) => {
  test.each(speeches)(
    "stops reading can still be given up, by caller and deadline: $name",
    async (speech) => {
      await using trial = new Trial(host, "stops-reading", { speech });
      for (const how of ["TURN_CANCELLED", "TURN_TIMEOUT"]) {
        expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
        const pid = trial.pid();
        // More than any pipe holds.
        const turn = trial.pool.run("x".repeat(8_000_000), { instance: 0, turnTimeoutMs: 60_000 });
        await waitFor(() => trial.pool.status().running === 1, { what: "the turn" });
        if (how === "TURN_CANCELLED") turn.cancel();
        else trial.clock.advance(60_000);
        await trial.expectFailure(turn, {
          class: TurnAbortedError,
          code: how,
          message: /The turn/,
        });
        trial.expectGone(pid);
        await trial.expectService();
      }
    },
  );

  if (!host.oneStream)
    test.each(speeches)(
      "closes its stdout in a turn and lives on is told of, and replaced: $name",
      async (speech) => {
        await using trial = new Trial(host, "closes-stdout", { speech });
        const { turn, pid } = await trial.begin();
        await trial.expectFailure(turn, {
          class: ProcessExitedError,
          code: "PROCESS_EXITED",
          message: /^fault-tool closed its stdout, lived on and was ended for that in a turn\./,
        });
        trial.expectGone(pid);
        await trial.expectService();
      },
    );

  // A terminal is open as long as any of the three streams is.
  if (!host.oneStream)
    test("closes its stdout between turns is replaced before the next one", async () => {
      await using trial = new Trial(host, "closes-stdout-after");
      await trial.pool.ready();
      const pid = trial.pid();
      expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
      await waitFor(() => trial.generation(0) === 2, { what: "the next process" });
      trial.expectGone(pid);
      await trial.expectService();
    });

  test("dies, and a child of it holds its stdout, fails its turn at once, and the child goes too", async () => {
    await using trial = new Trial(host, "leaves-stdout-open");
    const { turn, pid, said } = await trial.begin();
    const child = Number(said.replace("FAULTY ", ""));
    await trial.expectFailure(turn, {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: /^fault-tool exited with code 6 in a turn\./,
    });
    trial.expectGone(pid, child);
    await trial.expectService();
  });

  test("answers, dies, and a child of it holds its stdout, is replaced and the child goes too", async () => {
    await using trial = new Trial(host, "answers-and-leaves-stdout-open");
    await trial.pool.ready();
    const pid = trial.pid();
    const child = Number(await trial.pool.run("fault", { instance: 0 }));
    await waitFor(() => trial.generation(0) === 2, { what: "the next process" });
    trial.expectGone(pid, child);
    await trial.expectService();
  });

  test("leaves a child of its own serves with it, and at the end both are gone", async () => {
    await using trial = new Trial(host, "leaves-offspring");
    const child = Number(await trial.pool.run("fault", { instance: 0 }));
    expect(isAlive(child)).toBe(true);
    await trial.expectService();
    await trial.pool.restart(0);
    trial.expectGone(child);
    await trial.expectService();
    const other = Number(await trial.pool.run("fault", { instance: 1 }));
    await trial.pool.shutdown();
    trial.expectGone(other);
  });

  test("leaves a child in a session of its own serves with it, and at the end both are gone", async () => {
    await using trial = new Trial(host, "leaves-session");
    const child = Number(await trial.pool.run("fault", { instance: 0 }));
    expect(isAlive(child)).toBe(true);
    await trial.expectService();
    await trial.pool.restart(0);
    // Beside the turns: the next one does not wait for it.
    await trial.ended(child);
    await trial.expectService();
    const other = Number(await trial.pool.run("fault", { instance: 1 }));
    await trial.pool.shutdown();
    trial.expectGone(other);
  });

  test("dies takes with it the child that has moved to a session of its own", async () => {
    await using trial = new Trial(host, "leaves-session-and-dies");
    const { turn, pid, said } = await trial.begin();
    const child = Number(said.replace("FAULTY ", ""));
    await trial.expectFailure(turn, {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: /^fault-tool exited with code 6 in a turn\./,
    });
    trial.expectGone(pid);
    await trial.ended(child);
    await trial.expectService();
  });

  test("ignores SIGTERM is killed after the grace", async () => {
    await using trial = new Trial(host, "ignores-sigterm", { pool: { graceMs: 20 } });
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000 });
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, timedOut);
    trial.expectGone(pid);
    await trial.expectService();
    await trial.pool.shutdown();
    const ends = trial.events.filter(({ type }) => type === "process.ended");
    expect(ends).toHaveLength(3);
    const kill = { kind: "signal", signal: "SIGKILL" };
    expect(ends).toEqual(ends.map((end) => expect.objectContaining({ ...end, exit: kill })));
  });

  test("ignores SIGINT cannot be interrupted, and is replaced", async () => {
    await using trial = new Trial(host, "ignores-sigint", {
      speech: sentinel({ interruptible: true }),
      pool: { interruptTimeoutMs: 30 },
    });
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000 });
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, timedOut);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("is stopped in a turn is ended at the deadline", async () => {
    await using trial = new Trial(host, "hangs");
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000 });
    process.kill(pid, "SIGSTOP");
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, timedOut);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("is stopped between turns is found by a ping, and who comes meanwhile is served", async () => {
    await using trial = new Trial(host, "none", {
      speech: json({ ping: (id) => ({ id, request: "are you there?" }) }),
      pool: { pingIntervalMs: 30_000, pingTimeoutMs: 5_000 },
    });
    await trial.expectService();
    const pid = trial.pid();
    process.kill(pid, "SIGSTOP");
    trial.clock.advance(30_000);
    const waiting = trial.pool.run("waiting", { instance: 0 });
    // Its ping has been answered then.
    await trial.expectAnswer(1);
    expect(trial.generation(0)).toBe(1);
    trial.clock.advance(5_000);
    expect(await waiting).toBe("waiting");
    trial.expectGone(pid);
    await trial.expectService();
    expect([trial.generation(0), trial.generation(1)]).toEqual([2, 1]);
  });

  test("is stopped does not keep the shutdown", async () => {
    await using trial = new Trial(host, "hangs");
    const { turn, pid } = await trial.begin();
    process.kill(pid, "SIGSTOP");
    process.kill(trial.pid(1), "SIGSTOP");
    const closed = { class: PoolError, code: "POOL_CLOSED", message: /has shut down/ };
    await Promise.all([trial.expectFailure(turn, closed), trial.pool.shutdown()]);
    trial.expectGone(pid);
  });
});
