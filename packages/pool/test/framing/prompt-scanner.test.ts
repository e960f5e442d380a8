import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EndPattern, sentinelMark } from "../../src/framing/end-pattern.ts";
import { PromptScanner } from "../../src/framing/prompt-scanner.ts";

interface Found {
  readonly answer: string | null;
  readonly told: string;
}

async function scan(
  chunks: readonly Buffer[],
  pattern: string | RegExp | EndPattern,
): Promise<Found> {
  const scanner = new PromptScanner();
  let told = "";
  let answer: string | null = null;
  const done = scanner.until(pattern, (text) => {
    told += text;
  });
  void done.then((text) => {
    answer = text;
  });
  for (const chunk of chunks) scanner.push(chunk, "stdout");
  await new Promise(setImmediate);
  return { answer, told };
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  return [0, ...cuts].map((from, n) => bytes.subarray(from, cuts[n] ?? bytes.length));
}

const alphabet = fc.constantFrom("a", "b", ">", " ", "\n", "ä", "€", "🎻");
const cutText = fc.string({ unit: alphabet, maxLength: 40 }).chain((text) => {
  const bytes = Buffer.from(text);
  return fc.tuple(
    fc.constant(bytes),
    fc.array(fc.nat(bytes.length), { maxLength: 10 }).map((cuts) => cuts.sort((a, b) => a - b)),
  );
});

describe("PromptScanner", () => {
  test("finds a text at its first place, however the bytes are cut into chunks", async () => {
    const pattern = fc.string({ unit: alphabet, minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cutText, pattern, async ([bytes, cuts], prompt) => {
        const text = bytes.toString("utf8");
        const at = text.indexOf(prompt);
        const { answer, told } = await scan(cut(bytes, cuts), prompt);
        expect(answer).toBe(at === -1 ? null : text.slice(0, at));
        // Everything of the answer is told, and nothing of the prompt.
        if (at !== -1) expect(told).toBe(text.slice(0, at));
        else expect(text.startsWith(told)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("makes the same of invalid UTF-8 in one chunk and byte by byte", async () => {
    const bytes = Buffer.concat([
      Buffer.from("a"),
      Buffer.of(0xff, 0xc3, 0x28, 0xe2, 0x82),
      Buffer.from("b> "),
    ]);
    const whole = await scan([bytes], "> ");
    const split = await scan(
      [...bytes].map((byte) => Buffer.of(byte)),
      "> ",
    );
    expect(split).toEqual(whole);
    expect(whole.answer).toBe(bytes.toString("utf8").slice(0, -2));
  });

  test("tells all of a long line without its end, to an expression too", async () => {
    const chunks = Array.from({ length: 5 }, (_, n) => Buffer.from(String(n).repeat(4_000)));
    const { answer, told } = await scan([...chunks, Buffer.from("\n>>> ")], /^>>> $/m);
    expect(answer).toBe(`${Buffer.concat(chunks)}\n`);
    expect(told).toBe(answer);
  });

  test("lets an expression look back at text that was told before", async () => {
    const { answer } = await scan([Buffer.from("one\n"), Buffer.from("(Pdb) ")], /\n\(Pdb\) $/);
    expect(answer).toBe("one");
  });

  test("takes an expression with state for one without", async () => {
    const prompt = /> $/g;
    prompt.lastIndex = 100;
    expect((await scan([Buffer.from("answer> ")], prompt)).answer).toBe("answer");
  });

  test("never takes an empty match for a prompt", async () => {
    expect((await scan([Buffer.from("abc")], /x*/)).answer).toBeNull();
  });

  test("scans 64 MiB without a prompt in linear time, for a text and for an expression", async () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    for (const prompt of ["> ", /^> $/m]) {
      const scanner = new PromptScanner();
      const done = scanner.until(prompt);
      const began = performance.now();
      for (let n = 0; n < 1024; n += 1) scanner.push(chunk, "stdout");
      scanner.push(Buffer.from("\n> "), "stdout");
      expect((await done).length).toBe(64 * 1024 * 1024 + 1);
      expect(performance.now() - began).toBeLessThan(6_000);
    }
  });

  test.each(["stdout", "stderr"] as const)(
    "holds a bounded rest of what comes by %s while nobody waits",
    async (channel) => {
      const scanner = new PromptScanner();
      for (let n = 0; n < 50; n += 1) scanner.push(Buffer.alloc(64 * 1024, "x"), channel);
      const answer = scanner.until("> ");
      scanner.push(Buffer.from("> "), "stdout");
      expect((await answer).length).toBe(64 * 1024);
    },
  );

  test("lets go of half a code point when it is cleared", async () => {
    const scanner = new PromptScanner();
    scanner.push(Buffer.of(0xe2, 0x82), "stdout");
    scanner.clear();
    const answer = scanner.until("> ");
    scanner.push(Buffer.from("next> "), "stdout");
    expect(await answer).toBe("next");
  });

  test("finds a prompt in one channel that text of the other one cuts in two", async () => {
    const scanner = new PromptScanner();
    const answer = scanner.until("done\n");
    scanner.push(Buffer.from("out do"), "stdout");
    scanner.push(Buffer.from("err\n"), "stderr");
    scanner.push(Buffer.from("ne\n"), "stdout");
    expect(await answer).toBe("out err\n");
  });

  test("keeps what follows the prompt for the next search", async () => {
    const scanner = new PromptScanner();
    const first = scanner.until("> ");
    scanner.push(Buffer.from("one> two> "), "stdout");
    expect(await first).toBe("one");
    expect(await scanner.until("> ")).toBe("two");
  });
});

describe("a sentinel", () => {
  const mark = sentinelMark("zz12\n", "echo zz12\n");
  const echoed = sentinelMark("zz12\n", 'print("zz12")\n');

  test("is found in the middle of a line, and before text that was put in between", async () => {
    expect(await scan([Buffer.from("answer\nnoise zz12noise\n")], mark)).toEqual({
      answer: "answer\nnoise ",
      told: "answer\nnoise ",
    });
  });

  test("takes its line end with it, however late that comes and of whichever kind", async () => {
    for (const lineEnd of ["\n", "\r\n"]) {
      for (const late of [1, 2, 3]) {
        const scanner = new PromptScanner();
        const first = scanner.until(mark);
        const chunks = ["one\nzz12", ...lineEnd, "\n", "two\nzz34\n"];
        const before = Math.min(late, lineEnd.length + 1);
        for (const chunk of chunks.slice(0, before)) scanner.push(Buffer.from(chunk), "stdout");
        expect(await first).toBe("one\n");
        scanner.clear();
        const second = scanner.until(sentinelMark("zz34\n", "echo zz34\n"));
        for (const chunk of chunks.slice(before)) scanner.push(Buffer.from(chunk), "stdout");
        // The empty line is the next answer's own.
        expect(await second).toBe("\ntwo\n");
      }
    }
  });

  test("is not what a tool repeats of its input, however that is cut into chunks", async () => {
    const text = 'print("zz12")\r\nanswer\nzz12\r\n';
    const cuts = fc.array(fc.nat(text.length), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const chunks = cut(
          Buffer.from(text),
          places.sort((a, b) => a - b),
        );
        const answer = 'print("zz12")\r\nanswer\n';
        expect(await scan(chunks, echoed)).toEqual({ answer, told: answer });
      }),
    );
  });

  test("that is only a line end is a text like others", async () => {
    expect((await scan([Buffer.from("one\ntwo")], sentinelMark("\n", "?\n"))).answer).toBe("one");
  });
});

test("what comes by stderr before a fence is kept for what is behind it, on request", async () => {
  const long = "y".repeat(200_000);
  const answerBehind = async (keepsStderr: boolean): Promise<string> => {
    const scanner = new PromptScanner();
    const fence = scanner.until("BEGIN", undefined, "ready", keepsStderr);
    // Both streams are read in one pass, and stderr is first.
    scanner.push(Buffer.from(`warning ${long}\n`), "stderr");
    scanner.push(Buffer.from("late\nBEGIN"), "stdout");
    await fence;
    const answer = scanner.until("END");
    scanner.push(Buffer.from("answer\nEND"), "stdout");
    return answer;
  };
  expect(await answerBehind(true)).toBe(`warning ${long}\nanswer\n`);
  expect(await answerBehind(false)).toBe("answer\n");
});
