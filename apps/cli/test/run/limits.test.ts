import type { RunReport } from "@cluster/batch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { cluster, startRun } from "../harness/runs.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(6);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const reportOf = (stdout: string): RunReport => JSON.parse(stdout) as RunReport;

describe("limits of a run", () => {
  it("ends with 5 when its budget is spent, and goes on within a higher one", async () => {
    const args = ["-w", "1", "--price", "3,15", "--max-cost", "0.5"];
    const first = await startRun(bench, "x [fake:cost=0.2]", ...args).ended;
    expect(first.code).toBe(5);
    expect(first.stdout).toMatch(/^outcome +tasks\nlanded +2\nbudget +4\n/);
    expect(first.stdout).toMatch(/budget +\$0\.40 of \$0\.50/);
    expect(first.stdout).toMatch(/cluster resume \w{8} --max-cost 1\n?$/);
    expect(first.stderr).toContain("The budget of money is spent");
    const command = /cluster (resume .*)$/.exec(first.stdout.trimEnd())?.[1] ?? "";
    const second = await cluster(bench, ...command.split(" "), "--max-cost", "2", "--json", "-q");
    expect(second.code).toBe(0);
    const report = reportOf(second.stdout);
    expect(report.counts.landed).toBe(6);
    expect(report.knownCostUsd).toBeCloseTo(1.2);
    await bench.expectNothingLeft();
  });

  it("refuses a limit on cost where no price is known", async () => {
    const { code, stderr } = await bench.runHere(["-m", "x", "docs/*.md", "--max-cost", "5"]);
    expect(code).toBe(2);
    expect(stderr).toContain("No price is known for the model that sample chooses itself");
    expect(stderr).toContain("--price");
  });

  it("ends with 6 when the provider refuses, and goes on later without a retry spent", async () => {
    const message = "x [fake:turns=3:fail=quota:3600000]";
    const args = ["-w", "1", "--retries", "0", "--on-quota", "pause"];
    const first = await startRun(bench, message, ...args).ended;
    expect(first.code).toBe(6);
    expect(first.stdout).toMatch(/landed +2\nquota +4\n/);
    expect(first.stdout).toContain("The provider refuses for quota");
    const second = await cluster(bench, "resume", "--json", "-q");
    expect(second.code).toBe(0);
    expect(reportOf(second.stdout).counts.landed).toBe(6);
  });

  it("waits for a provider that refuses, and tells so line by line", async () => {
    const message = "x [fake:turns=2:fail=quota:50]";
    const { code, stderr } = await startRun(bench, message, "-w", "2").ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^paused for [\d.]+m?s: The sample agent was told to fail with quota$/m);
    expect(stderr).toContain("one task shows whether the provider answers again");
    expect(stderr).toMatch(/^the provider answers again$/m);
    expect(stderr).toContain("from now on 1 of 2 workers at once");
  });

  it("tries the first tasks, shows their diffs, and has a command decide", async () => {
    const args = ["--canary", "2", "--canary-verify", "echo no good; exit 1"];
    const { code, stdout, stderr } = await startRun(bench, "x", ...args).ended;
    expect(code).toBe(4);
    expect(stderr).toContain("trying 2 tasks first; the others wait");
    expect(stderr).toContain("+++ b/docs/page-001.md");
    expect(stderr).toContain("+++ b/docs/page-004.md");
    expect(stdout).toContain("no good");
    expect(stdout).toMatch(/landed +2\ncancelled +4\n/);
    const other = await bench.run(["-m", "y", "docs/*.md", "--canary", "1", "-q", "--json"]);
    expect(other.code).toBe(0);
  });

  it("asks only where somebody can answer", async () => {
    const { code, stderr } = await bench.run([
      "-m",
      "x",
      "docs/*.md",
      "--canary",
      "1",
      "--canary-ask",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("stdin is no terminal");
  });

  it("gives up after so many failures", async () => {
    const args = ["-w", "1", "--halt", "same=2"];
    const { code, stdout } = await startRun(bench, "x [fake:fail=context]", ...args).ended;
    expect(code).toBe(4);
    expect(stdout).toMatch(/tool-error +2\ncancelled +4\n/);
  });

  it.each([
    ["--on-quota", "stop", "wait, pause or switch=MODEL"],
    ["--max-cost", "much", "US dollars"],
    ["--max-tokens", "-5", "a number, such as"],
    ["--halt", "often", "a number of failed tasks"],
    ["--min-free-memory", "some", "a size such as"],
  ])("refuses %s %s with what it takes", async (flag, value, form) => {
    const { code, stderr } = await bench.runHere(["-m", "x", "docs/*.md", `${flag}=${value}`]);
    expect(code).toBe(2);
    expect(stderr).toContain(form);
  });
});
