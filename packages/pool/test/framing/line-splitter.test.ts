import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "../../src/framing/line-splitter.ts";

function lines(chunks: readonly Buffer[], maxLineBytes = 1_000_000): string[] {
  const found: string[] = [];
  const splitter = new LineSplitter((line) => found.push(line.toString("latin1")), maxLineBytes);
  for (const chunk of chunks) splitter.push(chunk);
  return found;
}

/** Bytes with many line ends, and places to cut them at. */
const cutBytes = fc
  .array(fc.oneof(fc.constant(0x0a), fc.constant(0x0d), fc.nat(255)), { maxLength: 60 })
  .chain((bytes) =>
    fc.tuple(
      fc.constant(Buffer.from(bytes)),
      fc.array(fc.nat(bytes.length), { maxLength: 8 }).map((cuts) => cuts.sort((a, b) => a - b)),
    ),
  );

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  return [0, ...cuts].map((from, n) => bytes.subarray(from, cuts[n] ?? bytes.length));
}

describe("LineSplitter", () => {
  test("gives the lines of a naive split, however the bytes are cut into chunks", () => {
    fc.assert(
      fc.property(cutBytes, ([bytes, cuts]) => {
        const expected = bytes.toString("latin1").split("\n").slice(0, -1);
        expect(lines(cut(bytes, cuts))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("keeps a code point whole that is split over two chunks", () => {
    const bytes = Buffer.from("grüße 🎻\n");
    const found: string[] = [];
    const splitter = new LineSplitter((line) => found.push(line.toString("utf8")), 100);
    for (const byte of bytes) splitter.push(Buffer.of(byte));
    expect(found).toEqual(["grüße 🎻"]);
  });

  test("refuses a line that is too long, in one chunk or in many, and holds nothing of it", () => {
    const splitter = new LineSplitter(() => {}, 10);
    splitter.push(Buffer.from("12345"));
    expect(() => splitter.push(Buffer.from("678901"))).toThrow("more than 10 bytes");
    expect(splitter.pendingBytes).toBe(0);
    expect(() => splitter.push(Buffer.from("12345678901\n"))).toThrow("raise maxLineBytes");
  });

  test("takes a line of exactly the limit", () => {
    expect(lines([Buffer.from("12345"), Buffer.from("67890\n")], 10)).toEqual(["1234567890"]);
  });

  test("splits a line of 64 MiB in linear time", () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    let length = 0;
    const splitter = new LineSplitter((line) => {
      length = line.length;
    }, Number.POSITIVE_INFINITY);
    const began = performance.now();
    for (let n = 0; n < 1024; n += 1) splitter.push(chunk);
    splitter.push(Buffer.from("\n"));
    expect(length).toBe(64 * 1024 * 1024);
    // A quadratic splitter needs 20 s and more.
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
