import { expect, it } from "vitest";
import { isExpectedOutput } from "../../src/readme/expected-output.ts";

it.for([
  ["a\nb\n", "a\nb", true],
  ["a  \nb", "a\r\nb\n\n", true],
  ["a\nb", "a\nb\nc", false],
  ["a\nb", "b", false],
  ["took … ms (1+1)", "took 12.5 ms (1+1)", true],
  ["took … ms", "took 12.5 s", false],
  ["took … ms", "took 1\n2 ms", false],
  ["a\n…\nz", "a\nb\nc\nz", true],
  ["a\n…\nz", "a\nz", true],
  ["a\n…\nz", "a\nb", false],
  ["…", "", true],
] as const)("output %j, printed %j: %j", ([expected, printed, matches]) => {
  expect(isExpectedOutput(expected, printed)).toBe(matches);
});
