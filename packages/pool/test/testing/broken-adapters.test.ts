import { afterAll, describe, expect, test } from "vitest";
import { type Judgement, judgeAdapter, promises } from "../../src/testing/core.ts";
import { expectNoProcessLeft } from "../support/tools.ts";
import { sampleAdapter, sampleSamples } from "./support/sample-adapter.ts";
import { AGENT_SAMPLES, sampleAgent } from "./support/sample-agent.ts";

afterAll(expectNoProcessLeft);

const OPTIONS = {
  // What hangs is waited for so long.
  turnTimeoutMs: 8_000,
  pingTimeoutMs: 1_000,
  turnsInRow: 64,
  pool: {
    graceMs: 500,
    interruptTimeoutMs: 1_000,
    startTimeoutMs: 8_000,
    restart: { intensity: 1 },
  },
};

function judged(fault: string): Promise<readonly Judgement[]> {
  if (fault.startsWith("agent.")) return judgeAdapter(sampleAgent(fault), AGENT_SAMPLES, OPTIONS);
  return judgeAdapter(sampleAdapter(fault), sampleSamples(fault), OPTIONS);
}

function broken(judgements: readonly Judgement[]): readonly string[] {
  return judgements.flatMap(({ id, verdict }) => (verdict.kind === "broken" ? [id] : []));
}

/** The failures differ in a word: one of them is tried among all promises, the others among themselves. */
const isTriedAmongAll = ({ id }: { readonly id: string }): boolean =>
  !id.startsWith("failure.") || id === "failure.auth";

describe.concurrent("an adapter that breaks one promise is found to break that one, and no other", () => {
  test.for(promises.filter(isTriedAmongAll))(
    "$id: it no longer $sentence",
    { timeout: 240_000 },
    async ({ id }) => {
      expect(broken(await judged(id))).toEqual([id]);
    },
  );

  test.for(promises.filter((promise) => !isTriedAmongAll(promise)))("$id", async ({ id }) => {
    const only = [
      "turn.answers",
      ...promises.flatMap((p) => (p.id.startsWith("failure.") ? [p.id] : [])),
    ];
    const judgements = await judgeAdapter(sampleAdapter(id), sampleSamples(), { ...OPTIONS, only });
    expect(broken(judgements)).toEqual([id]);
  });
});

test("behind a promise that all others rest on, nothing is tried", async () => {
  const judgements = await judged("turn.answers");
  const behind = judgements.slice(judgements.findIndex(({ id }) => id === "turn.answers") + 1);
  expect(behind.length).toBeGreaterThan(30);
  for (const { verdict } of behind) {
    expect(verdict).toEqual({ kind: "not-shown", reason: '"turn.answers" is broken' });
  }
});
