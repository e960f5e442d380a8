import fc from "fast-check";
import { expect, test } from "vitest";
import {
  endedLine,
  entriesIn,
  expectedLine,
  ownerIn,
  ownerLine,
  startedLine,
} from "../../src/ledger/ledger-lines.ts";
import { newMarker } from "../../src/process/marker.ts";

const owner = { pid: 1, started: "12345", realm: "boot/pid:[1]" };
const [one, two, three] = [newMarker(), newMarker(), newMarker()];

test("what was written down is found again, without what has ended", () => {
  const text = [
    ownerLine(owner),
    expectedLine(one),
    startedLine(one, 200, "777"),
    expectedLine(two),
    expectedLine(three),
    startedLine(three, 300, "888"),
    endedLine(one),
  ].join("");
  expect(ownerIn(text)).toEqual(owner);
  expect(entriesIn(text)).toEqual([
    { marker: two, pid: null, started: "" },
    { marker: three, pid: 300, started: "888" },
  ]);
});

test("a line that is torn names no process", () => {
  const whole = `${ownerLine(owner)}${expectedLine(one)}`;
  const line = startedLine(one, 123_456, "98765");
  for (let length = 0; length < line.length; length += 1) {
    const found = entriesIn(whole + line.slice(0, length));
    expect(found).toEqual([{ marker: one, pid: null, started: "" }]);
  }
});

test("whatever stands in a ledger, it names no init, no group and no path", () => {
  const words = fc.constantFrom(
    "started",
    "expected",
    "ended",
    one,
    "../x",
    "-1",
    "0",
    "1",
    "2",
    "",
  );
  const lines = fc.array(fc.array(words, { maxLength: 5 }).map((line) => line.join(" ")));
  fc.assert(
    fc.property(lines, fc.string(), (known, noise) => {
      const text = [ownerLine(owner).trim(), ...known, noise, ""].join("\n");
      for (const { marker, pid } of entriesIn(text)) {
        expect(marker).toMatch(/^[\w-]{12}$/);
        if (pid !== null) expect(pid).toBeGreaterThan(1);
      }
    }),
  );
});

test("what is no ledger has no owner", () => {
  for (const text of [
    "",
    "\n",
    "hello",
    "cluster-processes-2 5 1 x\n",
    "cluster-processes-1 x 1 y\n",
  ]) {
    expect(ownerIn(text)).toBeNull();
  }
});
