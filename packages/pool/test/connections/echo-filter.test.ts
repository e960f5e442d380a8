import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EchoFilter } from "../../src/connections/echo-filter.ts";

function withoutEcho(answer: string, input: string): string {
  const filter = new EchoFilter(input);
  return filter.push(answer) + filter.end();
}

describe("what a tool repeats of its input", () => {
  test.each([
    ["at once, before it answers", "ask\r\n=end\r\nanswer\r\n"],
    ["line by line, as it reads", "ask\nanswer\n=end\n"],
    ["among words of its own", "welcome\nask\nanswer\n=end\n"],
  ])("is no part of the answer: %s", (_how, said) => {
    const answer = withoutEcho(said, "ask\n=end\n").replaceAll("\r", "");
    expect(answer.replace("welcome\n", "")).toBe("answer\n");
  });

  test("is left out once: an answer may be what was asked", () => {
    expect(withoutEcho("ask\nask\n=end\n", "ask\n=end\n")).toBe("ask\n");
  });

  test("is only whole lines, and what begins like one is told as soon as it is none", () => {
    const filter = new EchoFilter("ask\n");
    expect(filter.push("as")).toBe("");
    expect(filter.push("cii")).toBe("ascii");
    expect(filter.push(" art")).toBe(" art");
    expect(filter.push("\nask")).toBe("\n");
    expect(filter.push("\nas")).toBe("as");
    expect(filter.end()).toBe("");
  });

  test("is the same however the text is cut", () => {
    const line = fc.constantFrom("ask", "a", "", "answer", "ask\r", "=end");
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
        const text = lines.join("\n");
        const filter = new EchoFilter("ask\n=end\n");
        const places = [...cuts, text.length].sort((a, b) => a - b);
        const pieces = places.map((place, n) => text.slice(places[n - 1] ?? 0, place));
        const own = pieces.map((piece) => filter.push(piece)).join("") + filter.end();
        expect(own).toBe(withoutEcho(text, "ask\n=end\n"));
      }),
      { numRuns: 500 },
    );
  });
});
