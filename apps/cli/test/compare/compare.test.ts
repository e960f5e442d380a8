import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Comparison } from "../../src/compare/comparison.ts";
import { sampleTasks } from "../../src/compare/sample-tasks.ts";
import { type Bench, createBench } from "../harness/bench.ts";
import { cluster, turnsUnderWay } from "../harness/runs.ts";

const CONFIG = fileURLToPath(new URL("../fixtures/fleet.config.ts", import.meta.url));

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(6);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function compare(...args: readonly string[]) {
  const env = { SAMPLE_AGENT_STATE: bench.cli.home };
  const all = ["run", "--config", CONFIG, "-m", "x", "docs/*.md", ...args];
  return bench.cli.start(all, { cwd: bench.repository.path, env });
}

const comparisonOf = (stdout: string): Comparison => JSON.parse(stdout) as Comparison;

describe("comparing tools", () => {
  it("does the same tasks with each, lands none in the user's branch, and lands the chosen one", async () => {
    const { git } = bench.repository;
    const head = await git("rev-parse", "main");
    const [md, json] = [join(bench.cli.home, "c.md"), join(bench.cli.home, "c.json")];
    const { code, stdout } = await compare(
      ...["--compare", "one,refused", "-n", "2", "--verify", "true"],
      ...["--report", md, "--report", json],
    ).ended;
    expect(code).toBe(1);
    expect(await git("rev-parse", "main")).toBe(head);
    expect(stdout).toContain("2 tasks by 2 tools, spread over the list of 6 tasks (numbers 1, 4)");
    expect(stdout).toMatch(/^one +\w{8} +2 of 2 +\+4 -0 .*cluster\/\w{8}$/m);
    expect(stdout).toMatch(/^refused +\w{8} +0 of 2 /m);
    expect(stdout).toMatch(/^docs\/page-001.md +one +landed, verified +\+2 -0 .* \$0\.0010$/m);
    expect(stdout).toMatch(/^ +refused +tool-error /m);
    const written = comparisonOf(await readFile(json, "utf8"));
    expect(written.tasks.map(({ files }) => files)).toEqual([
      ["docs/page-001.md"],
      ["docs/page-004.md"],
    ]);
    expect(written.tasks[0]?.results).toMatchObject([
      { outcome: "landed", verified: true, addedLines: 2, costUsd: 0.001 },
      { outcome: "tool-error", verified: null, addedLines: null },
    ]);
    const text = await readFile(md, "utf8");
    expect(text).toMatch(/^# one and refused: 2 tasks$/m);
    expect(text).toMatch(/^\| docs\/page-001.md \| refused \| tool-error \|/m);
    const [first] = written.runs;
    const again = await cluster(bench, "compare", ...written.runs.map(({ run }) => run), "--json");
    expect(comparisonOf(again.stdout).tasks).toEqual(written.tasks);
    expect(stdout).toContain(`cluster land ${first?.run}   # one`);
    const landed = await cluster(bench, "land", first?.run ?? "");
    expect(landed.code).toBe(0);
    expect(await git("show", "main:docs/page-004.md")).toContain("by one");
    await bench.expectNothingLeft();
  });

  it("can be gone on with after a kill, each run by itself", async () => {
    const running = compare("--compare", "one,held", "-n", "2", "-w", "2");
    await waitFor(() => running.said().includes("with held"), {
      what: "the second run",
      timeoutMs: 60_000,
    });
    await turnsUnderWay(bench, 2);
    running.kill("SIGKILL");
    await running.ended;
    const runs = [...running.said().matchAll(/^Run (\w+) with/gm)].map(([, run]) => run ?? "");
    expect(runs).toHaveLength(2);
    const half = await cluster(bench, "compare", ...runs);
    expect(half.stdout).toContain(`cluster retry ${runs[1]}   # held`);
    const resumed = await cluster(bench, "resume", runs[1] ?? "", "-q");
    expect(resumed.code).toBe(0);
    const whole = comparisonOf((await cluster(bench, "compare", ...runs, "--json")).stdout);
    expect(whole.runs).toMatchObject([
      { tool: "one", landed: 2, end: "complete", branch: `cluster/${runs[0]}` },
      { tool: "held", landed: 2, end: "complete", branch: `cluster/${runs[1]}` },
    ]);
    await bench.expectNothingLeft({ branches: 2 });
  });

  it.each([
    [["--compare", "one:2,two:1"], "each with all of the workers"],
    [["--compare", "one,two", "--tool", "one"], "--compare and --tool do not go together"],
    [["--compare", "one,two", "--report", "x.xml"], "a comparison is no JUnit report"],
    [["--compare", "one,two", "--model", "m"], "there are several: one, two"],
    [["-n", "5"], "-n/--sample needs --compare"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await compare(...args).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("sampleTasks", () => {
  const tasks = ["a", "b", "c", "d", "e"].map((name, i) => ({
    prompt: name,
    files: [],
    name,
    tool: "x",
    ...(i === 0 ? {} : { after: [["a", "b", "c", "d"][i - 1] ?? ""] }),
  }));

  it("spreads over the list, and leaves out what names a tool or waits for what is not there", () => {
    const { tasks: some, which } = sampleTasks(tasks, 2);
    expect(some).toEqual([
      { prompt: "a", files: [], name: "a" },
      { prompt: "c", files: [], name: "c" },
    ]);
    expect(which).toBe("spread over the list of 5 tasks (numbers 1, 3)");
  });

  it("takes all, with what they wait for, where nobody says how many", () => {
    const { tasks: all, which } = sampleTasks(tasks, undefined);
    expect(all.map(({ after }) => after)).toEqual([undefined, ["a"], ["b"], ["c"], ["d"]]);
    expect(which).toBeNull();
    expect(sampleTasks(tasks, 9).tasks).toHaveLength(5);
  });
});
