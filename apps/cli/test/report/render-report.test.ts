import { reportToMarkdown } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/render-report.ts";
import { sampleOutcome, sampleReport } from "./sample-report.ts";

const render = (report: ReturnType<typeof sampleReport>, requireChange = false): string =>
  renderReport(report, { requireChange });

describe("renderReport", () => {
  it("shows counts, speed, cost, tokens and the git log of a run that went well", () => {
    const tasks = [sampleOutcome(0, "landed"), sampleOutcome(1, "no-change")];
    expect(render(sampleReport(tasks))).toBe(
      [
        "outcome    tasks",
        "landed     1",
        "no-change  1",
        "",
        "speed   2.5s with 5 workers, 2.0/s, 1.2s a task",
        "cost    $0.50",
        "tokens  1000 in, 200 out",
        "",
        "1 commit landed on main. Look at it with:",
        "  git log --stat 0123456789ab..main",
      ].join("\n"),
    );
  });

  it("names each failure with its reason and where its edit is kept", () => {
    const reason = { failureClass: null, code: "VERIFY_FAILED", message: "exit 1\n of it" };
    const text = render(
      sampleReport([
        sampleOutcome(0, "landed"),
        sampleOutcome(1, "verify-failed", { reason }, { parkedRef: "refs/cluster/0abc/t1" }),
        sampleOutcome(2, "tool-error", { reason: { ...reason, message: "the \u001b[31mkey" } }),
      ]),
    );
    expect(text).toContain("file       outcome        reason        kept under");
    expect(text).toContain("docs/1.md  verify-failed  exit 1 of it  refs/cluster/0abc/t1");
    expect(text).toContain("docs/2.md  tool-error     the key");
  });

  it("names what earlier attempts left as well", () => {
    const refs = { parkedRef: "refs/cluster/0abc/t1", earlierRefs: ["refs/cluster/0abc/t1-a"] };
    const text = render(sampleReport([sampleOutcome(1, "tool-error", {}, refs)]));
    expect(text).toContain("refs/cluster/0abc/t1, refs/cluster/0abc/t1-a");
  });

  it.each([
    ["aider did not start (1): No LLM model was specified", /^Set the key .*OPENAI_API_KEY=…/m],
    ["litellm.NotFoundError: no such model", /^Name a model that the provider knows/m],
    ["spawn x ENOENT", /^This says what the tool lacks: cluster doctor --tool sample$/m],
    [
      "x was never ready, twice in a row, and is not started again. It printed nothing.",
      /^This shows what it prints, and what was waited for: cluster tools try sample$/m,
    ],
    ["unknown model: gtp-5", /^Name a model that the provider knows with --model\.$/m],
    ["The setup command exited with code 3: npm ci", /The setup command exited with code 3/],
  ])("says what to do about %j, and names doctor only where it knows more", (message, hint) => {
    const reason = { failureClass: "environment" as const, code: null, message };
    const text = render(sampleReport([sampleOutcome(0, "tool-error", { reason })]));
    expect(text).toMatch(hint);
    expect(text.includes("cluster doctor")).toBe(message.includes("ENOENT"));
  });

  it("leaves the speed out when nothing was done", () => {
    const task = sampleOutcome(0, "tool-error", { attempts: 1, tookMs: 0 });
    expect(render(sampleReport([task]))).toMatch(/^speed/m);
    expect(render(sampleReport([task], { tasksPerSecond: 0 }))).not.toMatch(/^speed/m);
  });

  it("says that its rate is not that of the start, where a tool took its time", () => {
    const late = sampleReport([sampleOutcome(0, "landed")], { endedAt: 12_000 });
    expect(render(late)).toMatch(/^speed +11s with 5 workers, 2\.0\/s once the tool was ready, /m);
  });

  it("shows no empty table where nothing has ended", () => {
    expect(render(sampleReport([]))).toMatch(/^No task has an outcome yet\.$/m);
  });

  it("leaves cost and tokens out when nothing was spent", () => {
    const usage = { inputTokens: 0, outputTokens: 0 };
    const nothing = { usage, costUsd: 0, knownUsage: usage, knownCostUsd: 0, tasksPerSecond: 0 };
    const text = render(sampleReport([sampleOutcome(0, "tool-error")], nothing));
    expect(text).not.toMatch(/^(cost|tokens|speed)|\n\n\n/m);
  });

  it("tells a missing key once, and how to set it", () => {
    const message = "aider did not start (1): No LLM model was specified and no API keys were …";
    const reason = { failureClass: "auth", code: null, message } as const;
    const haltReason = `No instance is left to work with: ${message}`;
    const text = render(
      sampleReport([sampleOutcome(0, "tool-error", { reason })], { end: "halted", haltReason }),
    );
    expect(text.match(/did not start/g)).toHaveLength(1);
    expect(text).toMatch(/^The run gave up: No instance is left to work with\.$/m);
    expect(text).toMatch(/^Set the key of your provider/m);
    expect(text).not.toContain("Check the API key");
  });

  it("tells a reason that the table had to cut in full below it", () => {
    const message = `usage: ${"[--option] ".repeat(50)}unrecognized arguments: --no-such-option`;
    const reason = { failureClass: "environment", code: null, message } as const;
    const haltReason = `No instance is left to work with: ${message}`;
    const text = render(
      sampleReport([sampleOutcome(0, "tool-error", { reason })], { end: "halted", haltReason }),
    );
    expect(text.match(/--no-such-option/g)).toHaveLength(1);
  });

  it("counts no-change as a failure only with --require-change", () => {
    const report = sampleReport([sampleOutcome(0, "no-change"), sampleOutcome(1, "tool-error")]);
    expect(render(report)).not.toContain("docs/0.md");
    expect(render(report, true)).toContain("docs/0.md  no-change");
  });

  it("shows some of many failures, and all by reason", () => {
    const tasks = Array.from({ length: 100 }, (_, index) =>
      sampleOutcome(index, "tool-error", {
        reason: { failureClass: null, code: null, message: `no ${index}` },
      }),
    );
    const failures = [
      { outcome: "tool-error" as const, message: "no", count: 100, tasks: ["t0", "t1"] },
    ];
    const text = render(sampleReport(tasks, { failures }));
    expect(text.split("\n").length).toBeLessThan(50);
    expect(text).toContain("… and 70 more; --json lists them all. By reason:");
    expect(text).toContain("100  tool-error  no");
  });

  it("tells one reason of many tasks once, but each edit that is kept by itself", () => {
    const reason = { failureClass: null, code: null, message: "the tool does not start" };
    const tasks = Array.from({ length: 7 }, (_, index) =>
      sampleOutcome(
        index,
        "tool-error",
        { reason },
        index < 6 ? {} : { parkedRef: "refs/cluster/0abc/t6" },
      ),
    );
    const text = render(sampleReport([...tasks, sampleOutcome(7, "timeout", { reason })]));
    expect(text.match(/the tool does not start/g)).toHaveLength(3);
    expect(text).toMatch(/docs\/0\.md, docs\/1\.md, docs\/2\.md and 3 more +tool-error +the tool/);
    expect(text).toMatch(/docs\/6\.md +tool-error +the tool does not start +refs\/cluster/);
    expect(text).toMatch(/docs\/7\.md +timeout/);
  });

  it("gives the command that lands a branch which stayed", () => {
    const text = render(
      sampleReport([sampleOutcome(0, "landed"), sampleOutcome(1, "cancelled", { attempts: 0 })], {
        end: "interrupted",
        delivery: {
          kind: "kept",
          branch: "cluster/0abc1234",
          reason: "the run was interrupted",
          command: "git merge cluster/0abc1234",
        },
      }),
    );
    expect(text).toContain("The run was interrupted.");
    expect(text).toContain("stayed on cluster/0abc1234: the run was interrupted");
    expect(text).toContain("  git log --stat 0123456789ab..cluster/0abc1234");
    expect(text).toContain("  git merge cluster/0abc1234");
    expect(text).not.toContain("docs/1.md");
  });

  it("gives commands that work from another folder", () => {
    const text = renderReport(sampleReport([sampleOutcome(0, "landed")]), {
      requireChange: false,
      elsewhere: "/tmp/my repo",
    });
    expect(text).toContain("  git -C '/tmp/my repo' log --stat 0123456789ab..main");
  });

  it("says what can be done about each kind of failure, once", () => {
    const reason = { failureClass: "auth", code: null, message: "refused" } as const;
    const tasks = [1, 2].map((index) => sampleOutcome(index, "tool-error", { reason }));
    expect(render(sampleReport(tasks)).match(/Check the API key/g)).toHaveLength(1);
  });

  it("says what is unknown, what is kept elsewhere, and why a run gave up", () => {
    const change = { path: "other.txt", status: "added", addedLines: 1, removedLines: 0 } as const;
    const text = render(
      sampleReport(
        [sampleOutcome(0, "no-change", {}, { outside: [change], outsideRef: "refs/cluster/o" })],
        {
          end: "halted",
          haltReason: "3 tasks in a row were refused",
          usage: "unknown",
          costUsd: "unknown",
          knownCostUsd: 0,
          knownUsage: { inputTokens: 0, outputTokens: 0 },
          delivery: { kind: "nothing" },
          warnings: ["a worktree is left"],
        },
      ),
    );
    expect(text).toContain("cost    unknown\ntokens  unknown");
    expect(text).toMatch(/docs\/0\.md\s+other\.txt\s+refs\/cluster\/o/);
    expect(text).toContain("The run gave up: 3 tasks in a row were refused");
    expect(text).toContain("Note: a worktree is left");
    expect(text).toContain("Nothing landed");
  });

  it("says of a run that was gone on with in vain what had landed before", () => {
    const outcomes = [sampleOutcome(0, "landed"), sampleOutcome(1, "tool-error")];
    const report = sampleReport(outcomes, { delivery: { kind: "nothing" } });
    expect(renderReport(report, { requireChange: false })).toContain(
      "Nothing more landed; 1 commit had landed before.",
    );
    expect(reportToMarkdown(report)).toContain("Nothing more landed; 1 commit had landed before.");
  });

  it("tells of a run that gave up how to go on with it, and how to try again what failed too", () => {
    const reason = { failureClass: "auth", code: null, message: "no key" } as const;
    const tasks = [sampleOutcome(0, "tool-error", { reason }), sampleOutcome(1, "cancelled")];
    const text = render(sampleReport(tasks, { end: "halted" }));
    expect(text).toMatch(
      /Go on with it:\n {2}cluster resume \w+\nGo on with it, and try again what failed:\n {2}cluster retry \w+$/,
    );
    const ended = render(sampleReport(tasks.slice(0, 1), { end: "halted" }));
    expect(ended).toMatch(/\nTry again what failed:\n {2}cluster retry \w+$/);
    expect(ended).not.toContain("cluster resume");
    const untried = [sampleOutcome(0, "tool-error", { reason, left: true })];
    const open = render(sampleReport(untried, { end: "halted", open: 1 }));
    expect(open).toMatch(/\nGo on with it:\n {2}cluster resume \w+$/);
    const stopped = sampleReport([sampleOutcome(1, "cancelled")], { end: "interrupted" });
    expect(render(stopped)).not.toContain("cluster retry");
  });
});
