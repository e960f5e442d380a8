import type { RunEstimate } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { type EstimateWords, estimateLines } from "../../src/estimate/render-estimate.ts";

const estimate: RunEstimate = {
  tasks: 20,
  inputTokens: { low: 840, high: 253_000 },
  outputTokens: { low: 8_300, high: 1_200_000 },
  costUsd: { low: 0.009, high: 0.011 },
  timeMs: { low: 2_000, high: 90_000 },
  basis: { samples: 0, tokens: "sizes", cost: "price", time: "sizes" },
  assumptions: ["a guess"],
};
const lines = (more: Partial<RunEstimate>, words: Partial<EstimateWords> = {}): readonly string[] =>
  estimateLines({ ...estimate, ...more }, { workers: 2, ...words });

describe("an estimate", () => {
  it("is a range of each, with what it takes for granted", () => {
    expect(lines({})).toEqual([
      "Estimate from the sizes of files; nothing is promised:",
      "  tokens: 840 to 253k in, 8.3k to 1.2M out",
      "  cost:   $0.0090 to $0.0110",
      "  time:   2.0s to 1m 30s with 2 workers",
      "  - a guess",
    ]);
    expect(lines({ costUsd: { low: 0.002, high: 3 } })[2]).toBe("  cost:   $0.0020 to $3.00");
    expect(lines({ costUsd: { low: 1, high: 1 } })[2]).toBe("  cost:   $1.00");
    expect(lines({ costUsd: null })[2]).toMatch(/unknown; .*--price/);
  });

  it("says what was measured, where, and what was not", () => {
    const basis = { samples: 3, tokens: "samples", cost: "price", time: "samples" } as const;
    expect(lines({ basis })[0]).toBe("Estimate from 3 tasks that ended; nothing is promised:");
    expect(lines({ basis: { ...basis, tokens: "sizes" } })[0]).toBe(
      "Estimate from 3 tasks that ended, tokens and cost from the sizes of files; nothing is promised:",
    );
    const earlier = { runs: ["4d", "3c", "2b", "1a"], sameMessage: false };
    const measured = { ...basis, cost: "samples" } as const;
    expect(lines({ basis: measured }, { earlier, of: "for all" })[0]).toBe(
      "Estimate for all, from 3 tasks of runs 4d, 3c, 2b and 1 more with another message; nothing is promised:",
    );
  });
});
