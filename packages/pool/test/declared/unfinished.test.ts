import { describe, expect, test } from "vitest";
import { checkDefinition, describeProblem } from "../../src/declared/index.ts";
import { unfinishedCheck } from "../../src/declared/unfinished.ts";

const check = unfinishedCheck({
  whole: ["'[^']*'", "--[^\\n]*"],
  begins: ["\\(", "\\bbegin\\b"],
  ends: ["\\)", "\\bend\\b"],
  nested: { begins: "/\\*", ends: "\\*/" },
  open: ["'"],
});

describe("a request that begins what it does not end", () => {
  test.each([
    ["a quote that is not closed", "select 1;\nselect 'it", /line 2 .*"'it"/],
    ["the first of two blocks", "begin\n(1)\nbegin\nend", /line 1 .*"begin/],
    ["a comment within a comment", "1;\n/* a /* b */ ' (", /line 2 .*"\/\* a/],
    ["a quote behind a comment", "/* it's */ 'it", /"'it"/],
    ["a block within a block", "(1 + (2)", /line 1 .*"\(1 \+ \(2\)"/],
  ])("is refused before it is sent, with the place: %s", (_what, request, message) => {
    expect(() => check(request)).toThrow(message);
    expect(() => check(request)).toThrow(
      expect.objectContaining({ code: "TOOL_FAILED", failureClass: "refused" }),
    );
  });

  test.each([
    "",
    "select 'it''s (' -- it's (",
    "((1) + (2)) begin end",
    ") end too many",
    "/* it's ( /* begin */ */ 1 */",
  ])("is not found in one that is whole: %j", (request) => {
    expect(() => check(request)).not.toThrow();
  });

  test("is found in a megabyte at once, whatever it is made of", () => {
    for (const piece of ["'", "(", "--", "' (", "''", "()", "/*", "/**/", "*/"]) {
      const request = piece.repeat(500_000);
      const began = performance.now();
      try {
        check(request);
      } catch {
        // Either is well.
      }
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  });
});

test("expressions that would run for ever are given up, and nothing was sent", () => {
  const endless = unfinishedCheck({ whole: ["(?:a+)+b"], open: ["'"] });
  expect(() => endless("a".repeat(60))).toThrow(
    expect.objectContaining({
      failureClass: "environment",
      message: expect.stringMatching(
        /`unfinished` .* took longer than a second .*Nothing was sent/,
      ),
    }),
  );
});

test.each([
  [{ whole: ["'[^']*'"] }, "unfinished: expected open, or begins and ends, or nested"],
  [{ nested: { begins: "(", ends: "x" } }, "unfinished: expected lists of regular expressions"],
  [{ begins: ["{"], open: ["'"] }, "unfinished: expected begins and ends together"],
  [{ open: ["("] }, "unfinished: expected lists of regular expressions"],
  [{ open: [] }, "unfinished.open: expected"],
])("a definition in which it is wrong is told so: %j", (unfinished, problem) => {
  const { problems } = checkDefinition({
    name: "x",
    command: "x",
    framing: { by: "sentinel", send: "{{nonce}}" },
    unfinished,
  });
  expect(problems.map(describeProblem).join("\n")).toContain(problem);
});
