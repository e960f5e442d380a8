import type { AttemptResult, FailureClass } from "@cluster/batch";
import { takenTogether } from "@cluster/batch";
import { expect, test } from "vitest";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";

function attempt(costUsd: number | "unknown", failureClass: FailureClass | null = null) {
  const evidence = { ...NO_EVIDENCE, costUsd, usage: { inputTokens: 10, outputTokens: 5 } };
  const failure = failureClass === null ? null : { failureClass };
  return { result: { verdict: "edited", failure, evidence } as unknown as AttemptResult };
}

test("an attempt that did not tell counts as a large one, and one that was refused as none", () => {
  const told = [attempt(1), attempt(2)];
  expect(takenTogether(told)).toEqual({ costUsd: 3, tokens: 30 });
  const more = [...told, attempt("unknown"), attempt("unknown", "quota")];
  expect(takenTogether(more)).toEqual({ costUsd: 6, tokens: 60 });
  const cutShort = { result: null };
  expect(takenTogether([...told, cutShort])).toEqual({ costUsd: 6, tokens: 52.5 });
  expect(takenTogether([cutShort])).toEqual({ costUsd: 0, tokens: 0 });
});
