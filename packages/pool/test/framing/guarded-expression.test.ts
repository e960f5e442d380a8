import { TEST_MARKER } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { NoiseFilter } from "../../src/connections/noise-filter.ts";
import { declaredTool } from "../../src/declared/index.ts";
import { GuardedExpression, mayRunAway } from "../../src/framing/guarded-expression.ts";
import { type AgentResult, type AgentTask, createPool } from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const environment = { [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "" };
/** What makes `^(a+)+$` try 2 to the power of 60 ways. */
const HOSTILE = `${"a".repeat(60)}!`;
const SERVER = `
import sys
print("> ", end="", flush=True)
for line in sys.stdin: print(line + "> ", end="", flush=True)
`;
const definition = { name: "echo", command: "python3", arguments: ["-u", "-c", SERVER] };

describe("a pattern of a tool file that would not come to an end", () => {
  test.each([
    [
      "of the prompt",
      { framing: { by: "prompt", prompt: { regex: "^(?:(a+)+|> )$", flags: "m" } } },
    ],
    [
      "of the noise",
      { framing: { by: "prompt", prompt: "> " }, noise: { regex: "^(a+)+$", flags: "m" } },
    ],
    [
      "of an error",
      {
        framing: { by: "prompt", prompt: "> " },
        errors: [{ pattern: { regex: "^(a+)+$" }, class: "quota" }],
      },
    ],
  ])("%s fails the turn that shows it, and the next turn is served", async (_what, rest) => {
    const adapter = declaredTool({ ...definition, ...rest }, { environment });
    await using pool = createPool({ adapter });
    expect(await pool.run("one")).toContain("one");
    expect(await rejection(pool.run(HOSTILE))).toMatchObject({
      code: "PROTOCOL_VIOLATION",
      message: expect.stringMatching(
        /The pattern \/.*\(a\+\)\+.* longer than a second on \d+ char/,
      ),
    });
    expect(await pool.run("two")).toContain("two");
  });
});

test("a guarded expression finds what an expression finds", () => {
  const text = "one 1, two 22, three";
  for (const [source, flags] of [
    ["(?<word>\\w+) (\\d+)", ""],
    ["(?:(\\w)(\\w*) ?)+", ""],
    ["(?:\\w+ )+\\d", "g"],
    ["(?:none )+", ""],
  ] as const) {
    const guarded = new GuardedExpression(source, flags);
    const plain = new RegExp(source, flags);
    for (const _ of [1, 2]) {
      expect(guarded.exec(text)).toEqual(plain.exec(text));
      expect(guarded.lastIndex).toBe(plain.lastIndex);
    }
    expect(guarded.test(text)).toBe(plain.test(text));
    expect(text.replace(guarded, "-")).toBe(text.replace(plain, "-"));
  }
});

test("takes noise out of as many lines as there are, and reads many matches, in one go", async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `tokens: ${n}\n`).join("");
  const print =
    "import sys; sys.stdout.write(''.join('>>> tokens: %d\\n' % n for n in range(20000)))";
  const adapter = declaredTool<AgentTask, AgentResult>(
    {
      ...definition,
      kind: "agent",
      arguments: ["-c", print, "{{message}}"],
      framing: { by: "exit" },
      usage: {
        inputTokens: { regex: "tokens: (\\d+)" },
        outputTokens: { regex: "(?:tokens)+: (\\d+)" },
        sum: true,
      },
    },
    { environment },
  );
  await using pool = createPool({ adapter });
  const result = await pool.run({ message: "count" });
  expect(result).toMatchObject({ usage: { inputTokens: 199_990_000, outputTokens: 199_990_000 } });
  const filter = new NoiseFilter(new GuardedExpression("^(?:>>> |\\.\\.\\. )+"));
  expect(filter.push(lines.replaceAll("tokens", ">>> ... >>> tokens"))).toBe(lines);
});

test.each([
  ["^\\d+> $", false],
  ["^Error: (?<message>.*)", false],
  ["[(a)+*{2,}]+", false],
  ["\\)+\\)*", false],
  ["(a|b)?c{3}", false],
  ["(a+)+", true],
  ["(a|a)*", true],
  ["(?:a|a){2,}", true],
  ["\\w*\\w*\\w*!", true],
])("whether %s may run away: %s", (source, expected) => {
  expect(mayRunAway(source)).toBe(expected);
});
