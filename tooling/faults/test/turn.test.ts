import { ProcessExitedError, TurnAbortedError } from "@cluster/pool";
import { waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { HOSTS, lastWords } from "../src/host/fault-host.ts";
import { json, prompt, sentinel } from "../src/trial/speech.ts";
import { Trial } from "../src/trial/trial.ts";

const timedOut = {
  class: TurnAbortedError,
  code: "TURN_TIMEOUT",
  message: /^The turn took longer than 60000 ms\.$/,
};
const silent = {
  class: TurnAbortedError,
  code: "TURN_IDLE_TIMEOUT",
  // Where lines and a sentinel are spoken, with what may have come of that.
  message:
    /^The tool was silent for 30000 ms in a turn\.( If the request reads the tool's own input, .*)?$/,
};
const cancelled = {
  class: TurnAbortedError,
  code: "TURN_CANCELLED",
  message: /^The turn was given up by its caller: no longer needed$/,
};
const cancel = (id: number): object => ({ cancel: id });
const speeches = [json(), sentinel(), prompt()];

describe.each(HOSTS)("in a turn, on $name, a tool that", (host) => {
  test.each(speeches)("is killed fails its turn at once: $name", async (speech) => {
    await using trial = new Trial(host, "hangs", { speech });
    const { turn, pid } = await trial.begin();
    process.kill(pid, "SIGKILL");
    const error = await trial.expectFailure(turn, {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: /^fault-tool was killed by SIGKILL in a turn\. It printed nothing on stderr\./,
    });
    expect(error).toMatchObject({ exit: { kind: "signal", signal: "SIGKILL" } });
    trial.expectGone(pid);
    await trial.expectService();
    expect(trial.generation(0)).toBe(2);
    expect(trial.generation(1)).toBe(1);
  });

  // Where its last words come on stdout, they are no JSON.
  const ofWords = host.oneStream ? [sentinel(), prompt()] : speeches;
  test.each(ofWords)("dies in the middle of its answer: $name", async (speech) => {
    await using trial = new Trial(host, "kills-itself", { speech });
    await trial.pool.ready();
    const pid = trial.pid();
    await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: new RegExp(
        `was killed by SIGKILL in a turn\\. ${lastWords(host)}[^]*FAULTY last words$`,
      ),
    });
    trial.expectGone(pid);
    await trial.expectService();
  });

  test.each(speeches)(
    "dies between turns has answered, and the next turn meets another: $name",
    async (speech) => {
      await using trial = new Trial(host, "exits-after", { speech });
      await trial.pool.ready();
      const pid = trial.pid();
      expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
      await waitFor(() => trial.generation(0) === 2, { what: "the next process" });
      trial.expectGone(pid);
      await trial.expectService();
      expect(trial.events).toContainEqual(
        expect.objectContaining({
          type: "process.ended",
          reason: "exited",
          exit: { kind: "code", code: 5 },
        }),
      );
    },
  );

  test.each(speeches)("never answers is stopped at the deadline: $name", async (speech) => {
    await using trial = new Trial(host, "hangs", { speech });
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000 });
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, timedOut);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("never answers is stopped for its silence", async () => {
    await using trial = new Trial(host, "hangs");
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000, idleTimeoutMs: 30_000 });
    trial.clock.advance(30_000);
    await trial.expectFailure(turn, silent);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("never answers is stopped when its caller has enough", async () => {
    await using trial = new Trial(host, "hangs");
    const caller = new AbortController();
    const { turn, pid } = await trial.begin({ signal: caller.signal });
    caller.abort(new Error("no longer needed"));
    await trial.expectFailure(turn, cancelled);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("answers after its deadline, and cannot be interrupted, never gets to", async () => {
    await using trial = new Trial(host, "answers-late");
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000 });
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, timedOut);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test.each([json({ cancel }), sentinel({ interruptible: true })])(
    "answers after its deadline answers nobody, and its process stays: $name",
    async (speech) => {
      // A machine with other work takes seconds to bring a program to its senses.
      const pool = { interruptTimeoutMs: 30_000 };
      await using trial = new Trial(host, "answers-late", { speech, pool });
      for (let n = 0; n < 3; n += 1) {
        const { turn } = await trial.begin({ turnTimeoutMs: 60_000 });
        trial.clock.advance(60_000);
        await trial.expectFailure(turn, timedOut);
        await trial.expectService();
      }
      expect(trial.generation(0)).toBe(1);
    },
  );

  test.each(speeches)("answers twice answers each turn with its own: $name", async (speech) => {
    await using trial = new Trial(host, "answers-twice", { speech });
    for (let n = 0; n < 3; n += 1) {
      const answer = await trial.pool.run("fault", { instance: 0 });
      const whole = speech.name.includes("sentinel")
        ? "FAULTY answer\nFAULTY answer"
        : "FAULTY answer";
      expect(answer).toBe(whole);
      await trial.expectService();
    }
    expect(trial.generation(0)).toBe(1);
  });

  test.each([...speeches, json({ cancel })])(
    "prints half a line and falls silent is replaced: $name",
    async (speech) => {
      await using trial = new Trial(host, "answers-half", {
        speech,
        pool: { interruptTimeoutMs: 50 },
      });
      const { turn, pid } = await trial.begin({ idleTimeoutMs: 30_000 });
      trial.clock.advance(30_000);
      await trial.expectFailure(turn, silent);
      trial.expectGone(pid);
      await trial.expectService();
    },
  );

  test("asks gets the caller's answer, and no without one", async () => {
    await using trial = new Trial(host, "asks", { speech: json() });
    const asked: string[] = [];
    const yes = trial.pool.run("fault", {
      instance: 0,
      onQuestion: ({ text }) => {
        asked.push(text);
        return { kind: "confirm", yes: true };
      },
    });
    expect(await yes).toBe("FAULTY answer: yes");
    expect(asked).toEqual(["FAULTY Overwrite notes.md?"]);
    expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer: no");
    await trial.expectService();
  });

  test("asks, and nobody ever answers, is stopped at the deadline", async () => {
    await using trial = new Trial(host, "asks", { speech: json() });
    await trial.pool.ready();
    const asked = Promise.withResolvers<void>();
    const turn = trial.pool.run("fault", {
      instance: 0,
      turnTimeoutMs: 60_000,
      onQuestion: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    await asked.promise;
    const pid = trial.pid();
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, timedOut);
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("asks in words takes the sentinel for the answer, and is stopped at the deadline", async () => {
    await using trial = new Trial(host, "asks", { speech: sentinel() });
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 60_000 }, /answer: =/);
    trial.clock.advance(60_000);
    await trial.expectFailure(turn, {
      ...timedOut,
      message:
        /^The turn took longer than 60000 ms\. It printed what was typed behind the request /,
    });
    trial.expectGone(pid);
    await trial.expectService();
  });
});
