import { expect, it } from "vitest";
import { fail, ok } from "../../src/doctor/check.ts";
import { renderChecks } from "../../src/doctor/render-checks.ts";

const CHECKS = [
  ok("node", "24.0.0"),
  fail(
    "tool aider",
    "aider is neither on PATH nor anywhere else.",
    "Install it: pip install aider",
  ),
];

it("is a line for each check, and one for what is to be done", () => {
  expect(renderChecks(CHECKS, Number.POSITIVE_INFINITY)).toBe(
    [
      "state  check       found",
      "ok     node        24.0.0",
      "fail   tool aider  aider is neither on PATH nor anywhere else.",
      "       → Install it: pip install aider",
    ].join("\n"),
  );
});

it("keeps within the columns of a terminal", () => {
  expect(renderChecks(CHECKS, 40)).toBe(
    [
      "state  check       found",
      "ok     node        24.0.0",
      "fail   tool aider  aider is neither on",
      "                   PATH nor anywhere",
      "                   else.",
      "       → Install it: pip install aider",
    ].join("\n"),
  );
});
