import type { RunReport } from "@cluster/batch";
import { waitFor } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import type { RunningCli } from "../harness/cli.ts";
import { turnsUnderWay } from "../harness/runs.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(12);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** Waits until one task has landed and others are at work. */
const underWay = (running: RunningCli): Promise<unknown> =>
  waitFor(() => running.said().includes("landed"), {
    what: "the first landing",
    timeoutMs: 60_000,
  });

describe("^C", () => {
  it("once: turns at work end and land, nothing new starts, exit code 130", async () => {
    const running = bench.start(["-m", "x [fake:sleep=700]", "docs/*.md", "-w", "2", "--json"]);
    await underWay(running);
    await turnsUnderWay(bench, 2);
    running.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Letting \d turns? end; press \^C again to stop at once\./);
    expect(stderr).not.toMatch(/^The run was told to end\.$/m);
    const { counts, end } = JSON.parse(stdout) as RunReport;
    expect(end).toBe("interrupted");
    expect(counts.landed).toBeGreaterThanOrEqual(2);
    expect(counts.cancelled).toBeGreaterThan(0);
    expect(counts.landed + counts.cancelled).toBe(12);
    await bench.expectNothingLeft({ branches: 1 });
    expect(await bench.repository.git("status", "--porcelain")).toBe("");
  });

  it("twice: turns are stopped, what had landed stays on the run's branch", async () => {
    const message = "x [fake:sleep=100][fake:only=page-004.md:hang][fake:only=page-005.md:hang]";
    const running = bench.start(["-m", message, "docs/*.md", "-w", "2", "--timeout", "5m"]);
    await waitFor(() => running.said().includes("[ 3/12] landed"), {
      what: "three landings",
      timeoutMs: 60_000,
    });
    running.kill("SIGINT");
    await waitFor(() => running.said().includes("press ^C again"), { what: "the first answer" });
    running.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("Stopping; press ^C again");
    expect(stderr).not.toMatch(/^The run was stopped\.$/m);
    expect(stdout).toMatch(/landed +3\ncancelled +9\n/);
    const branch = /stayed on (cluster\/\w+): the run was interrupted/.exec(stdout)?.[1] ?? "";
    expect(await bench.repository.git("rev-list", "--count", `main..${branch}`)).toBe("3");
    expect(await bench.repository.git("status", "--porcelain")).toBe("");
    await bench.expectNothingLeft({ branches: 1 });
  });

  it("SIGTERM counts like ^C", async () => {
    const running = bench.start(["-m", "x [fake:sleep=300]", "docs/*.md", "-w", "2"]);
    await underWay(running);
    running.kill("SIGTERM");
    expect((await running.ended).code).toBe(130);
    await bench.expectNothingLeft({ branches: 1 });
  });

  it("while tools start: it ends at once, and no process is left", async () => {
    const running = bench.start(["-m", "x [fake:hang]", "docs/*.md", "-w", "2"]);
    await waitFor(
      async () => (await bench.repository.git("branch", "--list", "cluster/*")) !== "",
      {
        what: "the run's branch",
        timeoutMs: 60_000,
      },
    );
    running.kill("SIGINT");
    running.kill("SIGINT");
    await waitFor(() => running.said().includes("again"), { what: "an answer" });
    running.kill("SIGINT");
    const { code } = await running.ended;
    expect(code).toBe(130);
    await bench.cli.nothingLeft();
  });
});
