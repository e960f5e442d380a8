import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ProtocolError, TurnAbortedError } from "@cluster/pool";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { HOSTS } from "../src/host/fault-host.ts";
import { watchMemory } from "../src/memory/watch-memory.ts";
import { json, prompt, sentinel } from "../src/trial/speech.ts";
import { Trial } from "../src/trial/trial.ts";

const MIB = 1024 * 1024;
const HUGE = 64 * MIB;
const speeches = [json(), sentinel(), prompt()];

describe.each(HOSTS)("of the output, on $name,", (host) => {
  test.each([json({ maxLineBytes: 2 * HUGE }), sentinel()])(
    "a line of 64 MiB arrives whole where the limits allow it: $name",
    async (speech) => {
      await using trial = new Trial(host, "prints-a-huge-line", {
        args: ["--bytes", String(HUGE)],
        speech,
        pool: { maxTurnBytes: 2 * HUGE },
      });
      const answer = await trial.pool.run("fault", { instance: 0 });
      expect(answer.length).toBe(HUGE);
      expect(/^x*$/.test(answer)).toBe(true);
      await trial.expectService();
      expect(trial.generation(0)).toBe(1);
    },
  );

  test("a line of 64 MiB is more than a turn may print by default", async () => {
    await using trial = new Trial(host, "prints-a-huge-line", { args: ["--bytes", String(HUGE)] });
    await trial.pool.ready();
    const pid = trial.pid();
    await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
      class: TurnAbortedError,
      code: "TURN_OUTPUT_LIMIT",
      message:
        /more than 67108864 bytes in one turn\. Its process was replaced\. .*raise maxTurnBytes/,
    });
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("a line that is longer than maxLineBytes breaks the protocol", async () => {
    await using trial = new Trial(host, "prints-a-huge-line", {
      args: ["--bytes", String(2 * MIB)],
      speech: json({ maxLineBytes: MIB }),
    });
    await trial.pool.ready();
    const pid = trial.pid();
    await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
      class: ProtocolError,
      code: "PROTOCOL_VIOLATION",
      message: /a line of more than 1048576 bytes.*raise maxLineBytes/,
    });
    trial.expectGone(pid);
    await trial.expectService();
  });

  test.each(speeches)(
    "1 GiB ends at maxTurnBytes, in the tool and in memory: $name",
    async (speech) => {
      await using trial = new Trial(host, "floods", {
        args: ["--bytes", String(1024 * MIB)],
        speech,
        pool: { maxTurnBytes: MIB },
      });
      await trial.pool.ready();
      const pid = trial.pid();
      const memory = watchMemory();
      await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
        class: TurnAbortedError,
        code: "TURN_OUTPUT_LIMIT",
        message: /more than 1048576 bytes in one turn/,
      });
      expect(memory.growth()).toBeLessThan(64 * MIB);
      trial.expectGone(pid);
      await trial.expectService();
    },
  );

  test.each(speeches)("what is said between turns belongs to none: $name", async (speech) => {
    await using folder = await temporaryFolder();
    await using trial = new Trial(host, "talks-between", {
      speech,
      pool: { transcripts: folder.path },
    });
    for (let n = 1; n <= 3; n += 1) {
      expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
      await waitFor(
        async () => {
          const text = await readFile(join(folder.path, "instance-0.log"), "utf8");
          return text.split("FAULTY noise").length - 1 === n;
        },
        { what: "what the tool says after its answer" },
      );
      await trial.expectService();
    }
    expect(trial.generation(0)).toBe(1);
  });

  test("what is still said of a turn when the next one has begun, a fence keeps out", async () => {
    await using trial = new Trial(host, "talks-late", { speech: sentinel({ fenced: true }) });
    for (let n = 1; n <= 3; n += 1) {
      expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
      await trial.expectService();
    }
    expect(trial.generation(0)).toBe(1);
  });

  test("a sentinel in the middle of a line is one", async () => {
    await using trial = new Trial(host, "tears-the-sentinel", { speech: sentinel() });
    for (let n = 1; n <= 3; n += 1) {
      expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer, ");
      await trial.expectService();
    }
    expect(trial.generation(0)).toBe(1);
  });

  test("a thread that talks all the time ends no turn that has a sentinel", async () => {
    await using trial = new Trial(host, "talks-in-the-background", { speech: sentinel() });
    const words = Array.from({ length: 20 }, (_, n) => `word ${n}`);
    const answers: string[] = [];
    expect(await trial.pool.run("fault", { instance: 0 })).toContain("FAULTY answer");
    for (const word of words) answers.push(await trial.pool.run(word, { instance: 0 }));
    expect(answers.map((answer) => answer.replaceAll("noise ", "").trim())).toEqual(words);
    expect(trial.generation(0)).toBe(1);
  });

  test("a thread that talks all the time breaks lines of JSON, and the process is replaced", async () => {
    await using trial = new Trial(host, "talks-in-the-background", { speech: json() });
    await trial.pool.ready();
    const pid = trial.pid();
    await trial.expectFailure(
      untilFailure(() => trial.pool.run("fault", { instance: 0 })),
      {
        class: ProtocolError,
        code: "PROTOCOL_VIOLATION",
        message: /^Expected a line of JSON from the tool, found "(noise )+/,
      },
    );
    trial.expectGone(pid);
    await trial.expectService();
  });

  test.each(speeches)("code points that are split over chunks are whole: $name", async (speech) => {
    await using trial = new Trial(host, "splits-code-points", { speech });
    expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY grüße äß€𝄞🎻");
    await trial.expectService();
  });

  test.each(speeches)(
    "bytes that are not UTF-8 become replacement characters: $name",
    async (speech) => {
      await using trial = new Trial(host, "prints-invalid-utf8", { speech });
      expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY \ufffd\ufffd end");
      await trial.expectService();
      expect(trial.generation(0)).toBe(1);
    },
  );

  test.each(speeches)("NUL is a character like others: $name", async (speech) => {
    await using trial = new Trial(host, "prints-nul", { speech });
    expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY a\0b");
    expect(await trial.pool.run("a\0b", { instance: 0 })).toBe("a\0b");
    await trial.expectService();
    expect(trial.generation(0)).toBe(1);
  });

  test("NUL as it is breaks JSON, and the process is replaced", async () => {
    await using trial = new Trial(host, "prints-raw-nul", { speech: json() });
    await trial.pool.ready();
    const pid = trial.pid();
    await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
      class: ProtocolError,
      code: "PROTOCOL_VIOLATION",
      message: /Expected a line of JSON from the tool, found .*FAULTY a\\u0000b/,
    });
    trial.expectGone(pid);
    await trial.expectService();
  });

  if (!host.oneStream)
    test.each(speeches)(
      "a flood on stderr within the limit disturbs nothing: $name",
      async (speech) => {
        await using trial = new Trial(host, "floods-stderr", {
          args: ["--bytes", String(8 * MIB)],
          speech,
        });
        expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
        await trial.expectService();
        expect(trial.generation(0)).toBe(1);
      },
    );

  if (!host.oneStream)
    test("a flood on stderr counts as output, and is quoted by its end only", async () => {
      await using trial = new Trial(host, "floods-stderr", {
        args: ["--bytes", String(1024 * MIB)],
        pool: { maxTurnBytes: MIB },
      });
      await trial.pool.ready();
      const pid = trial.pid();
      const memory = watchMemory();
      const error = await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
        class: TurnAbortedError,
        code: "TURN_OUTPUT_LIMIT",
        message: /more than 1048576 bytes in one turn/,
      });
      expect(error.message.length).toBeLessThan(20_000);
      expect(memory.growth()).toBeLessThan(64 * MIB);
      trial.expectGone(pid);
      await trial.expectService();
    });

  test.each([json(), sentinel(), prompt({ prompt: /(^|\n)> $/ })])(
    "what looks like the end inside of an answer is part of it: $name",
    async (speech) => {
      await using trial = new Trial(host, "quotes-prompt", { speech });
      const answer = await trial.pool.run("fault", { instance: 0 });
      expect(answer).toMatch(/^FAULTY quote:\n> \n\{"id": \d+, "result": "FAULTY"\}\n> end$/);
      await trial.expectService();
      expect(trial.generation(0)).toBe(1);
    },
  );

  test("a prompt alone believes what looks like it, and no other turn gets the rest", async () => {
    await using trial = new Trial(host, "quotes-prompt", { speech: prompt() });
    expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY quote:");
    await trial.expectService();
  });

  test.each([
    json(),
    sentinel({ echoes: true }),
    sentinel({ echoes: true, fenced: true }),
    prompt({ echoes: true }),
  ])("a tool that repeats its input answers without it: $name", async (speech) => {
    await using trial = new Trial(host, "echoes", { speech });
    expect(await trial.pool.run("fault", { instance: 0 })).toBe("FAULTY answer");
    await trial.expectService();
    expect(trial.generation(0)).toBe(1);
  });

  test.each(speeches)(
    "colours, carriage returns and progress bars arrive as they are: $name",
    async (speech) => {
      await using trial = new Trial(host, "prints-colours", { speech });
      expect(await trial.pool.run("fault", { instance: 0 })).toBe(
        "\x1b[31mFAULTY red\x1b[0m\r 50%\r100%\x1b[K\x07 done",
      );
      await trial.expectService();
      expect(trial.generation(0)).toBe(1);
    },
  );
});

/** Its answer may come before the first noise. */
async function untilFailure(turn: () => PromiseLike<unknown>): Promise<never> {
  for (;;) await turn();
}
