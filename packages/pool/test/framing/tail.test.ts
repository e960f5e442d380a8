import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Tail } from "../../src/framing/tail.ts";

describe("Tail", () => {
  test("is the end of everything, however it came", () => {
    const chunks = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 20 }));
    fc.assert(
      fc.property(chunks, (pieces) => {
        const tail = new Tail(16);
        for (const piece of pieces) tail.push(Buffer.from(piece));
        expect(tail.toString()).toBe(pieces.join("").slice(-16));
      }),
      { numRuns: 1_000 },
    );
  });

  test("forgets when it is cleared", () => {
    const tail = new Tail(16);
    tail.push(Buffer.from("before"));
    tail.clear();
    tail.push(Buffer.from("after"));
    expect(tail.toString()).toBe("after");
  });
});
