import { reportToMarkdown, type Spending } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { because, madeOutcome, madeReport } from "./made-report.ts";

const UNKNOWN: Spending = {
  usage: "unknown",
  costUsd: "unknown",
  knownUsage: { inputTokens: 10, outputTokens: 2 },
  knownCostUsd: 0.5,
};

describe("a report as Markdown", () => {
  it("tells outcomes, figures, and where it landed", () => {
    const text = reportToMarkdown(madeReport([madeOutcome(0, "landed"), madeOutcome(1, "landed")]));
    expect(text).toMatch(
      /^# Run 0abc1234: 2 of 2 tasks landed\n\nOn branch `main` as `fedcba987654`\./,
    );
    expect(text).toContain("| landed | 2 |");
    expect(text).toContain("| time | 10s |");
    expect(text).not.toContain("What did not land");
  });

  it("gathers failures by reason with some of their files", () => {
    const failed = Array.from({ length: 7 }, (_, index) =>
      madeOutcome(index, "tool-error", because(`attempt ${index}: no answer`)),
    );
    const text = reportToMarkdown(madeReport([...failed, madeOutcome(7, "timeout")]));
    expect(text).toContain(
      "| 7 | tool-error | `attempt 0: no answer` | `docs/0.md`, `docs/1.md`, `docs/2.md`, `docs/3.md`, `docs/4.md` and 2 more |",
    );
    expect(text).toContain("| 1 | timeout | `timeout` | `docs/7.md` |");
  });

  it("names the transcript of the first failure of each kind", () => {
    const at = (offset: number) => ({ file: "transcripts/instance-0.log", offset });
    const transcript = { from: at(10), to: at(20) };
    const failed = madeOutcome(0, "tool-error", because("no answer"), { transcript });
    const text = reportToMarkdown(madeReport([failed, madeOutcome(1, "timeout")]));
    expect(text).toContain("| tasks | outcome | reason | files | transcript of the first |");
    expect(text).toContain("| `docs/0.md` | `transcripts/instance-0.log, bytes 10 to 20` |");
    expect(text).toContain("| `docs/1.md` |  |");
  });

  it("says that a cost is unknown, and what of it is known", () => {
    const text = reportToMarkdown(madeReport([madeOutcome(0, "landed", { spent: UNKNOWN })]));
    expect(text).toContain("| cost | unknown, at least $0.50 |");
    expect(text).toContain("| tokens | unknown, at least 10 in, 2 out |");
  });

  it("tells of what was done in place, and once of each file that changed by the way", () => {
    const strays = [
      { path: "x|y", status: "added", addedLines: null, removedLines: null },
    ] as const;
    const tasks = [0, 1].map((index) => {
      const outcome = madeOutcome(index, "landed");
      return { ...outcome, evidence: { ...outcome.evidence, strays } };
    });
    const places = { folder: "/notes", backups: "/state", unwatched: false };
    const delivery = { kind: "in-place", ...places } as const;
    const text = reportToMarkdown({ ...madeReport(tasks), delivery });
    expect(text).toContain("What landed is in place in `/notes`");
    expect(text.match(/\| added \|/g)).toHaveLength(1);
  });

  it("names the slowest tasks, the slowest first, and none that was not tried", () => {
    const tasks = [3, 9, 0, 5, 1, 7, 8].map((seconds, index) =>
      madeOutcome(index, "landed", { tookMs: seconds * 1_000 }),
    );
    const text = reportToMarkdown(madeReport(tasks));
    const [, slow = ""] = text.split("## Slowest tasks");
    expect([...slow.matchAll(/`docs\/(\d)\.md`/g)].map(([, place]) => place)).toEqual([
      "1",
      "6",
      "5",
      "3",
      "0",
    ]);
  });

  it("takes nothing as markup, and keeps each row in its line", () => {
    const reason = because("# a | b\n@someone <img src=x> `tick` \\| #12");
    const text = reportToMarkdown(
      madeReport([madeOutcome(0, "tool-error", { ...reason, files: ["docs/`a|b.md"] })]),
    );
    expect(text).toContain(
      "| 1 | tool-error | ``# a \\| b @someone <img src=x> `tick` \\ \\| #12`` | ``docs/`a\\|b.md`` |",
    );
  });

  it("names every edit that is kept, and how to land what stayed", () => {
    const refs = { parkedRef: "refs/cluster/r/t0", earlierRefs: ["refs/cluster/r/t0-attempt-1"] };
    const command = "git merge cluster/0abc1234";
    const text = reportToMarkdown(
      madeReport([madeOutcome(0, "conflict", because("no fit"), refs)], {
        end: "halted",
        haltReason: "3 tasks in a row failed alike",
        delivery: { kind: "kept", branch: "cluster/0abc1234", reason: "halted", command },
      }),
    );
    expect(text).toContain("| `docs/0.md` | `refs/cluster/r/t0` |");
    expect(text).toContain("| `docs/0.md` | `refs/cluster/r/t0-attempt-1` |");
    expect(text).toContain("This lands it: `git merge cluster/0abc1234`");
    expect(text).toContain("It gave up: `3 tasks in a row failed alike`");
  });
});
