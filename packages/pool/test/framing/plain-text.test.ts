import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainText } from "../../src/framing/plain-text.ts";

const cases: readonly (readonly [what: string, text: string, plain: string])[] = [
  ["ordinary text", "grüße 🎻\tand\nmore", "grüße 🎻\tand\nmore"],
  ["colours", "\x1b[1;31mred\x1b[0m and \x9b32mgreen\x9b0m", "red and green"],
  ["bracketed paste and the cursor", "\x1b[?2004h> \x1b[3G\x1b[0Jtext\x1b[?2004l", "> text"],
  ["titles and links", "\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"],
  ["a string with an escape of its own", "\x1bPq\x1b[0m\x1b\\text", "text"],
  ["short sequences", "\x1b7\x1b(Btext\x1b=\x1bM", "text"],
  ["line ends of terminals", "one\r\ntwo\r\r\nthree\r\n", "one\ntwo\nthree\n"],
  ["a progress bar", " 1%\r 50%\r100%\r\ndone", " 1%\n 50%\n100%\ndone"],
  ["control characters", "a\x00b\x07c\x08d\x7fe\x85f", "abcdef"],
];

for (const [what, text, plain] of cases) {
  test(`${what}: ${JSON.stringify(text)}`, () => {
    expect(new PlainText().write(text)).toBe(plain);
  });
}

test("a text is the same however it is cut", () => {
  const whole = cases.map(([, text]) => text).join("");
  const expected = new PlainText().write(whole);
  const cuts = fc.array(fc.nat(whole.length), { maxLength: 30 });
  fc.assert(
    fc.property(cuts, (at) => {
      const plain = new PlainText();
      const places = [0, ...at.sort((one, other) => one - other), whole.length];
      const pieces = places.map((from, n) => whole.slice(from, places[n + 1]));
      pieces.pop();
      expect(pieces.map((piece) => plain.write(piece)).join("")).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test("a sequence that never ends does not swallow everything", () => {
  const plain = new PlainText();
  plain.write("\x1b]title without an end ");
  plain.write("x".repeat(5_000));
  expect(plain.write("text")).toBe("text");
});

test("what comes after a clear has lost neither its beginning nor found another one's end", () => {
  const plain = new PlainText();
  expect(plain.write("a\r\x1b[3")).toBe("a");
  plain.clear();
  expect(plain.write("1mb\x1b]title")).toBe("b");
  plain.clear();
  expect(plain.write("c")).toBe("c");
});
