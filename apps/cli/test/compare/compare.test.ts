import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openRepository } from "@cluster/batch";
import { type SampleRepository, sampleRepository, waitFor } from "@cluster/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunFlags } from "../../src/command/run-flags.ts";
import { compareTools } from "../../src/compare/compare-tools.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { sampleTasks } from "../../src/compare/sample-tasks.ts";
import { runFiles } from "../../src/run/run-files.ts";
import { type Bench, createBench } from "../harness/bench.ts";
import { cluster, hanging, stagesOf, storeOf } from "../harness/runs.ts";

const CONFIG = fileURLToPath(new URL("../fixtures/fleet.config.ts", import.meta.url));

let bench: Bench;

function compare(...args: readonly string[]) {
  const env = { SAMPLE_AGENT_STATE: bench.cli.home };
  const all = ["run", "--config", CONFIG, "-m", "x", "docs/*.md", ...args];
  return bench.cli.start(all, { cwd: bench.repository.path, env });
}

/** Waits until so many edits of a run are about to land. */
async function landing(run: string, count: number): Promise<void> {
  const repository = await openRepository(bench.repository.path);
  const store = storeOf(bench);
  const committed = async (): Promise<boolean> => {
    using reader = await store.read(repository, run);
    const attempts = [...reader.entries()].flatMap(({ task }) => reader.attempts(task.id));
    return attempts.filter((attempt) => attempt.committed).length === count;
  };
  await waitFor(committed, { what: `${count} edits that land`, timeoutMs: 60_000 });
}

const comparisonOf = (stdout: string): Comparison => JSON.parse(stdout) as Comparison;

describe("comparing tools", () => {
  beforeEach(async () => {
    bench = await createBench(6);
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

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
    expect(stdout).toMatch(/^one +\w{8} +complete +2 of 2 +\+4 -0 .*cluster\/\w{8}$/m);
    expect(stdout).toMatch(/^refused +\w{8} +complete +0 of 2 /m);
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
    // As its own report has it: what a last attempt took that failed stands in the task's outcome only.
    const { run: failing = "" } = written.runs[1] ?? {};
    const shown = await cluster(bench, "show", failing, "docs/page-001.md", "--json");
    const took = written.tasks[0]?.results[1]?.tookMs;
    expect(took).toBeGreaterThan(0);
    expect(took).toBe(JSON.parse(shown.stdout).outcome.byTool[0].tookMs);
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
    await hanging(bench, 2);
    running.kill("SIGKILL");
    await running.ended;
    const runs = [...running.said().matchAll(/^Run (\w+) with/gm)].map(([, run]) => run ?? "");
    expect(runs).toHaveLength(2);
    const half = await cluster(bench, "compare", ...runs);
    expect(half.stdout).toContain(`cluster resume ${runs[1]}   # held`);
    const resumed = await cluster(bench, "resume", runs[1] ?? "", "-q", "--json");
    expect(resumed.code).toBe(0);
    const whole = comparisonOf(resumed.stdout);
    expect(whole.runs).toMatchObject([
      { tool: "one", landed: 2, end: "complete", branch: `cluster/${runs[0]}` },
      { tool: "held", landed: 2, end: "complete", branch: `cluster/${runs[1]}` },
    ]);
    await bench.expectNothingLeft({ branches: 2 });
  });

  it("goes on with all of it after a kill, with the same tasks on the same commit, whatever changed since", async () => {
    const { git, path } = bench.repository;
    const base = await git("rev-parse", "main");
    const running = compare("--compare", "held,one", "-n", "2", "-w", "2");
    await waitFor(() => running.said().includes("with held"), { what: "a run", timeoutMs: 60_000 });
    await hanging(bench, 2);
    running.kill("SIGKILL");
    await running.ended;
    const run = /^Run (\w+) with held$/m.exec(running.said())?.[1] ?? "";
    await git("rm", "-q", "docs/page-004.md");
    await writeFile(join(path, "docs/page-000.md"), "New\n");
    await git("add", ".");
    await git("commit", "-q", "-m", "Other files");
    const half = await cluster(bench, "compare", run);
    expect(half.stdout).toMatch(/^held +\w{8} +interrupted +0 of 2 /m);
    expect(half.stdout).toMatch(/^one +not begun$/m);
    // Of an attempt that was cut short nobody knows what it took.
    expect(half.stdout).toMatch(/^docs\/page-001.md +held +open +unknown +unknown$/m);
    expect(half.stdout).toContain(`cluster resume ${run}   # held`);
    const another = await cluster(bench, "resume", run, "--tool", "two");
    expect([another.code, another.stderr]).toEqual([
      2,
      expect.stringContaining("is part of a comparison, and --tool would make it another one"),
    ]);
    const { code, stdout, stderr } = await cluster(bench, "resume", "--json");
    expect(code, stderr).toBe(0);
    const { runs, tasks, missing, sample } = comparisonOf(stdout);
    expect(runs).toMatchObject([
      { tool: "held", run, landed: 2, end: "complete", base },
      { tool: "one", landed: 2, end: "complete", base },
    ]);
    expect(tasks.map(({ files }) => files[0])).toEqual(["docs/page-001.md", "docs/page-004.md"]);
    expect([missing, sample]).toEqual([[], expect.stringContaining("numbers 1, 4")]);
    // Of what was cut short nobody knows what it took.
    expect(runs.map(({ costUsd, knownCostUsd }) => [costUsd, knownCostUsd])).toEqual([
      ["unknown", expect.closeTo(0.002)],
      [expect.closeTo(0.002), expect.closeTo(0.002)],
    ]);
    await bench.expectNothingLeft({ branches: 2 });
  });

  it("goes on after a kill while a tool's edits land: those land once, without another turn, and the next tool follows", async () => {
    const { git, path } = bench.repository;
    const head = await git("rev-parse", "main");
    const go = join(bench.cli.home, "go");
    const verify = ["--verify", `until [ -e '${go}' ]; do sleep 0.05; done`];
    const running = compare("--compare", "one,two", "-n", "2", "-w", "2", ...verify);
    const begun = /^Run (\w+) with one$/m;
    await waitFor(() => begun.test(running.said()), { what: "a run", timeoutMs: 60_000 });
    const [, run = ""] = begun.exec(running.said()) ?? [];
    // As a git holds it that is killed too: the branch cannot be moved.
    await writeFile(join(path, `.git/refs/heads/cluster/${run}.lock`), "");
    await writeFile(go, "");
    await landing(run, 2);
    running.kill("SIGKILL");
    await running.ended;
    expect(await git("rev-list", "--count", `main..cluster/${run}`)).toBe("0");
    const { code, stdout, stderr } = await cluster(bench, "resume", "--json");
    expect(code, stderr).toBe(0);
    const { runs, tasks } = comparisonOf(stdout);
    expect(runs).toMatchObject([
      { tool: "one", run, landed: 2, end: "complete", costUsd: 0.002 },
      { tool: "two", landed: 2, end: "complete", costUsd: 0.002 },
    ]);
    expect(tasks.map(({ results }) => results.map((one) => one?.outcome))).toEqual(
      Array.from({ length: 2 }, () => ["landed", "landed"]),
    );
    for (const { branch, tool } of runs) {
      expect(await git("rev-list", "--count", `main..${branch}`)).toBe("2");
      const text = await git("show", `${branch}:docs/page-004.md`);
      expect(text.match(/DOC_ID|by \w+/g)).toEqual(["DOC_ID", `by ${tool}`]);
    }
    // No turn was made again.
    const shown = await cluster(bench, "show", run, "docs/page-004.md", "--json");
    expect(JSON.parse(shown.stdout).attempts).toHaveLength(1);
    expect(await git("rev-parse", "main")).toBe(head);
    await bench.expectNothingLeft({ branches: 2 });
  });

  it("begins no other tool after ^C, though nothing was left to begin, and is what resume goes on with", async () => {
    const go = join(bench.cli.home, "go");
    const verify = ["--verify", `until [ -e '${go}' ]; do sleep 0.05; done`];
    const running = compare("--compare", "one,two", "-n", "2", "-w", "2", ...verify);
    await waitFor(
      async () => (await stagesOf(bench)).filter((stage) => stage === "verify").length === 2,
      {
        what: "both edits to be judged",
        timeoutMs: 60_000,
      },
    );
    running.kill("SIGINT");
    await waitFor(() => running.said().includes("again"), { what: "the answer to ^C" });
    await writeFile(go, "");
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^one +\w{8} +complete +2 of 2 /m);
    expect(stdout).toMatch(/^two +not begun$/m);
    const run = /^ {2}cluster resume (\w+) {3}# two$/m.exec(stdout)?.[1] ?? "";
    const resumed = await cluster(bench, "resume", "--json");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(
      new RegExp(`^Picked run ${run}, of the comparison of one, two\nRun \\w+ with two\n`),
    );
    expect(comparisonOf(resumed.stdout)).toMatchObject({
      missing: [],
      runs: [
        { tool: "one", run, landed: 2 },
        { tool: "two", landed: 2 },
      ],
    });
    const over = await cluster(bench, "resume");
    expect([over.code, over.stderr]).toEqual([
      0,
      expect.stringMatching(/\nThe comparison has come to its end and nothing of it is left/),
    ]);
    const undone = await cluster(bench, "undo", run);
    expect(undone.stderr).toMatch(
      /landed is on cluster\/\w+, not in your branch: there is nothing/,
    );
    await bench.expectNothingLeft({ branches: 2 });
  });

  it("keeps all tools together within a limit, tells whose quota and budget was spent, and lets each go on", async () => {
    const options = ["-n", "2", "-w", "1", "--on-quota", "pause", "--price", "1,2"];
    // Enough for both tasks of one tool, and not of two: each has a part.
    const tools = ["--compare", "limited,one,two", "--max-cost", "0.0033"];
    const first = await compare(...tools, ...options).ended;
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^limited +\w{8} +quota +0 of 2 /m);
    expect(first.stdout).toMatch(/^one +\w{8} +budget +1 of 2 /m);
    expect(first.stdout).toMatch(/^two +\w{8} +budget +1 of 2 /m);
    expect(first.stdout).toContain("Limit for all tools together: $0.0033.");
    const again = /^ {2}cluster resume (\w+) --max-cost 0.0066 {3}# one$/m;
    const run = again.exec(first.stdout)?.[1] ?? "";
    const spent = await cluster(bench, "resume", run, "--max-cost", "0.0001");
    expect([spent.code, spent.stderr]).toEqual([
      1,
      expect.stringMatching(/^Nothing is left of the limit for all tools together/m),
    ]);
    const more = await cluster(bench, "resume", run, "--max-cost", "1", "--json");
    // The other ones still wait for their quota, and for a higher limit.
    expect(more.code, more.stderr).toBe(1);
    const { runs, limits } = comparisonOf(more.stdout);
    expect(limits).toEqual({ maxCostUsd: 1, maxTokens: null });
    expect(runs).toMatchObject([
      { tool: "limited", end: "quota", landed: 0, open: 2 },
      { tool: "one", end: "complete", landed: 2, open: 0 },
      { tool: "two", end: "budget", landed: 1, open: 1 },
    ]);
  });
});

describe("what is no comparison", () => {
  let repository: SampleRepository;
  beforeAll(async () => {
    repository = await sampleRepository({ files: 2 });
  });
  afterAll(async () => {
    await repository[Symbol.asyncDispose]();
  });

  it.each<[Partial<RunFlags>, string, string?]>([
    [{ compare: "one:2,two:1" }, "each with all of the workers"],
    [{ compare: "one,one" }, '--compare one,one: "one" stands there twice'],
    [{ compare: "one,two", tool: "one" }, "--compare and --tool do not go together"],
    [{ compare: "one,two", report: ["x.xml"] }, "a comparison is no JUnit report"],
    [{ compare: "one,two", model: "m" }, "there are several: one, two"],
    [{ compare: "one,two", tasks: "tasks.jsonl" }, "The model m is for one tool"],
    [
      {
        compare: "one,two",
        maxCost: 1,
        price: { one: { inputUsdPerMTok: 1, outputUsdPerMTok: 2 } },
      },
      "No price is known for the model that two chooses itself, .* --price two=IN,OUT",
    ],
  ])("is refused before anything begins: %j", async (flags, message) => {
    const { path, git } = repository;
    await writeFile(join(path, "tasks.jsonl"), '{"file":"docs/page-001.md","model":"m"}\n');
    const globs = flags.tasks === undefined ? ["docs/*.md"] : [];
    const given = { message: "x", config: CONFIG, cwd: path, ...flags };
    await expect(compareTools(globs, given, [])).rejects.toThrow(new RegExp(message));
    expect(await git("branch", "--list", "cluster/*")).toBe("");
  });

  it("is a sample without tools to compare", async () => {
    const given = { message: "x", config: CONFIG, cwd: repository.path, sample: 5 };
    await expect(runFiles(["docs/*.md"], given, [])).rejects.toThrow("-n/--sample needs --compare");
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
