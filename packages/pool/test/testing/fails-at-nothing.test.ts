import { afterAll, describe, expect, test } from "vitest";
import { lineProtocol, type ToolAdapter, ToolFailure } from "../../src/index.ts";
import { judgeAdapter, textSamples } from "../../src/testing/core.ts";
import { summaryOf } from "../../src/testing/summary.ts";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** Takes `say TEXT`, `put WORD` and `show`, and calls it a failure when there is nothing to show. */
const TOOL = `while read -r word rest; do
  case $word in
    say) echo "$rest" ;;
    put) kept=$rest; echo ok ;;
    show) echo "\${kept:-?! nothing is kept}" ;;
    empty) KEPT echo gone ;;
    *) echo "?! unknown: $word" ;;
  esac
done`;

/** @param forgets what it does to forget */
function shelf(forgets: string): ToolAdapter {
  return {
    name: "shelf",
    command: () => ({
      file: "sh",
      args: ["-c", TOOL.replace("KEPT", forgets)],
      env: markedEnvironment,
    }),
    connect: lineProtocol({
      sentinel: { command: (nonce) => `say ${nonce}\n`, output: (nonce) => `${nonce}\n` },
      resetCommand: "empty",
      check({ answer }) {
        const [, message] = /^\?! (.*)/m.exec(answer) ?? [];
        if (message !== undefined) throw new ToolFailure("refused", message);
      },
    }),
  };
}

const samples = textSamples({
  print: (text) => `say ${text}`,
  remember: (word) => `put ${word}`,
  recall: "show",
  prompt: "? ",
  // Its line ends are line ends of the request.
  printBytes: (bytes) => `say ${bytes}`,
});

async function verdict(forgets: string, id: string): Promise<string> {
  const [judgement] = await judgeAdapter(shelf(forgets), samples, { only: [id] });
  const found = judgement?.verdict;
  return found === undefined || found.kind === "kept" ? "kept" : `${found.kind}: ${found.reason}`;
}

describe("a tool that fails when it has nothing to tell", () => {
  test("has forgotten", async () => {
    expect(await verdict("kept= ;", "context.reset")).toBe("kept");
    expect(await verdict("kept= ;", "context.replaced")).toBe("kept");
  });

  test("has not forgotten what it tells", async () => {
    expect(await verdict("", "context.reset")).toMatch(/^broken: .*found the secret/);
  });

  test("is not blamed without a word for a sample that it does not take", async () => {
    expect(await verdict("", "framing.prompt")).toMatch(
      /^broken: .*TOOL_FAILED: unknown: \?\. If the tool is right to refuse it, mend the sample$/,
    );
  });
});

test("where nothing could be tried, the summary names what it was for, and no sample", () => {
  const findings = new Map([
    ["start.ready", { kind: "kept" }],
    ["turn.answers", { kind: "broken", reason: "no" }],
    ["turn.row", { kind: "not-shown", reason: '"turn.answers" is broken' }],
    ["crash.exits", { kind: "not-shown", reason: "give samples.dies" }],
  ] as const);
  expect(summaryOf("shelf", findings)).toBe(
    'The adapter "shelf" keeps 1 of 4 promises and breaks 1.\n' +
      '  not tried: the others, since "turn.answers" is broken',
  );
});
