import fc from "fast-check";
import { expect, test } from "vitest";
import { redaction } from "../../src/transcript/redactor.ts";
import { StreamRedactor } from "../../src/transcript/stream-redactor.ts";

function redactor(...secrets: readonly string[]): StreamRedactor {
  return new StreamRedactor(redaction(secrets));
}

test("finds a secret in as many pieces as there are characters, and holds back nothing else", () => {
  const stream = redactor("sk-12345");
  const told = [..."key: sk-12345!"].map((piece) => stream.push(piece));
  expect(told.slice(0, 5)).toEqual([..."key: "]);
  expect(told.slice(5, 12).join("")).toBe("");
  expect(told.slice(12)).toEqual(["[redacted]", "!"]);
});

test("lets go of what was no secret, and at the end of everything", () => {
  const stream = redactor("sk-12345", "a+b(c)$");
  expect(stream.push("sk-")).toBe("");
  expect(stream.push("sk-1")).toBe("sk-");
  expect(stream.push("x a+b(c)$")).toBe("sk-1x [redacted]");
  expect(stream.push("a+b(")).toBe("");
  expect(stream.end()).toBe("a+b(");
  expect(stream.end()).toBe("");
});

test("waits for the longer of two secrets that begin alike", () => {
  const stream = redactor("secret", "secret-and-more");
  expect(stream.push("secret")).toBe("");
  expect(stream.push("-and-")).toBe("");
  expect(stream.push("more, secret-and-fewer")).toBe("[redacted], [redacted]-and-fewer");
});

test("says of a text in pieces what it would say of the whole", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 60 });
  const secret = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 6, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 3 }),
      fc.array(letters, { maxLength: 8 }),
      (secrets, pieces) => {
        const stream = redactor(...secrets);
        const told = pieces.map((piece) => stream.push(piece)).join("") + stream.end();
        const { patterns } = redaction(secrets);
        expect(told).toBe(
          pieces.join("").replace(new RegExp(patterns.join("|"), "g"), "[redacted]"),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});
