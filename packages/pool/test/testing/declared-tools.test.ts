import { TEST_MARKER } from "@cluster/testkit";
import { afterAll, describe } from "vitest";
import { declaredTool, shippedTool } from "../../src/declared/index.ts";
import { conformance, type TextTool, textSamples } from "../../src/testing/index.ts";
import { CASES, missing } from "../support/declared-cases.ts";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** How each tool prints a text of letters, digits and blanks, and remembers one. */
const TEXTS: Readonly<Record<string, Pick<TextTool, "print" | "remember" | "recall">>> = {
  python: {
    print: (text) => `print("${text}")`,
    remember: (word) => `word = "${word}"`,
    recall: "print(globals().get('word'))",
  },
  node: {
    print: (text) => `"${text}"`,
    remember: (word) => `globalThis.word = "${word}"`,
    recall: "globalThis.word",
  },
  bash: {
    print: (text) => `echo "${text}"`,
    remember: (word) => `word=${word}`,
    recall: "echo $word",
  },
  bc: { print: (text) => `print "${text}\\n"` },
  sqlite3: { print: (text) => `select '${text}';` },
};

const answers =
  ([request, answer]: readonly [string, string]) =>
  () => ({
    request,
    check: (found: string) => found === answer || `found ${JSON.stringify(found)}`,
  });

for (const tool of CASES) {
  const texts = TEXTS[tool.name];
  if (texts === undefined) continue;
  const reason = missing(tool.program);
  const adapter = declaredTool(await shippedTool(tool.name), {
    environment: { [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "" },
  });
  const [wrong] = tool.failing;
  describe.skipIf(reason !== null)(reason === null ? "shipped" : `skipped: ${reason}`, () => {
    conformance(
      adapter,
      {
        ...textSamples({ ...texts, slow: tool.endless }),
        // The REPL shows the value of what it is told: a text is in quotes.
        ...(tool.name === "node"
          ? { works: (n: number) => answers([`"answer ${n}"`, `'answer ${n}'`])() }
          : {}),
        silent: () => tool.endless,
        severalLines: answers(tool.severalLines),
        hostile: {
          prompt: answers(tool.promptLike),
          longLine: () => ({
            request: tool.million,
            check: (found) => (found.match(/x/g)?.length ?? 0) >= 1_000_000,
          }),
        },
        fails: { refused: () => ({ request: wrong }) },
      },
      {
        turnsInRow: 4,
        pool: { graceMs: 1_000 },
        require: [
          "start.ready",
          "start.environment",
          "turn.row",
          "turn.side-by-side",
          "turn.several-lines",
          "framing.pieces",
          "framing.prompt",
          "framing.long-line",
          "cancel.next",
          "deadline.turn",
          "crash.killed",
          "failure.refused",
          "end.nothing-left",
        ],
      },
    );
  });
}
