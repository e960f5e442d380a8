import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunReport } from "@cluster/batch";
import { type SampleRepository, sampleRepository, waitFor } from "@cluster/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunFlags } from "../../src/command/run-flags.ts";
import type { CliError } from "../../src/exit/cli-error.ts";
import { runFiles } from "../../src/run/run-files.ts";
import { type Bench, createBench } from "../harness/bench.ts";
import { cluster, turnsUnderWay } from "../harness/runs.ts";

const CONFIG = fileURLToPath(new URL("../fixtures/fleet.config.ts", import.meta.url));

let bench: Bench;

const reportOf = (stdout: string): RunReport => JSON.parse(stdout) as RunReport;

function start(...args: readonly string[]) {
  const env = { SAMPLE_AGENT_STATE: bench.cli.home };
  const all = ["run", "--config", CONFIG, "-m", "x", ...args];
  return bench.cli.start(all, { cwd: bench.repository.path, env });
}

describe("several tools in one run", () => {
  beforeEach(async () => {
    bench = await createBench(6);
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it("share the tasks, and progress and report name them", async () => {
    const { code, stdout, stderr } = await start("docs/*.md", "--tool", "one:1,two:1").ended;
    expect(code).toBe(0);
    expect(
      stderr.match(/^\[\d\/6\] landed docs\/page-00\d.md [\d.]+m?s by (one|two)$/gm),
    ).toHaveLength(6);
    expect(stdout).toMatch(/^tool +tasks +passed on +attempts +time +cost$/m);
    expect(stdout).toMatch(/^one +\d landed +0 +\d/m);
    expect(stdout).toMatch(/^two +\d landed +0 +\d/m);
    await bench.expectNothingLeft();
  });

  it("go on with the tasks of one whose key is refused, and of one that is out of quota", async () => {
    const report = join(bench.cli.home, "report.md");
    const { code, stdout, stderr } = await start(
      "docs/*.md",
      "--tool",
      "refused:1,limited:1,one:1",
      "--retries",
      "0",
      "--json",
      "--report",
      report,
    ).ended;
    expect(code).toBe(0);
    const { byTool, counts, tasks } = reportOf(stdout);
    expect(counts.landed).toBe(6);
    expect(byTool.find(({ tool }) => tool === "one")?.counts).toEqual({ landed: 6 });
    expect(byTool.find(({ tool }) => tool === "refused")).toMatchObject({
      passedOn: 1,
      counts: {},
    });
    expect(stderr).toContain("refused gets no more tasks that others can do: ");
    expect(stderr).toMatch(/^another attempt at docs\/\S+ after tool-error by refused: /m);
    expect(await readFile(report, "utf8")).toMatch(/^\| `refused` \| none \| 1 /m);
    expect(stderr).toMatch(/^paused with limited for /m);
    const passed = tasks.find(({ byTool: by = [] }) => by[0]?.tool === "refused");
    const shown = await cluster(bench, "show", "last", passed?.files[0] ?? "");
    expect(shown.stdout).toMatch(/^1 +.* refused +\d+ +tool-error +fail-over /m);
  });

  it("do what lists ask for, by their names or by what they can", async () => {
    const list = join(bench.cli.home, "tasks.csv");
    const rows = [
      "file,tool",
      "docs/page-001.md,python",
      "docs/page-002.md,review",
      "docs/page-003.md,two",
    ];
    await writeFile(list, `${rows.join("\n")}\n`);
    const files = ["--tasks", list, "--tool", "one,two", "-w", "2"];
    const { code, stdout } = await start(...files, "--json").ended;
    expect(code).toBe(0);
    expect(reportOf(stdout).tasks.map(({ evidence }) => evidence.tool)).toEqual([
      "two",
      "one",
      "two",
    ]);
    await writeFile(list, "file,tool\ndocs/page-001.md,cooking\n");
    const refused = await start(...files).ended;
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/expected one of .*python.*found "cooking"/s);
  });

  it("stay with their tasks where that is said", async () => {
    const { code, stdout } = await start(
      ...["docs/page-001.md", "docs/page-002.md", "--tool", "refused:1,one:1"],
      ...["--no-fail-over", "--json"],
    ).ended;
    expect(code).toBe(1);
    expect(reportOf(stdout).counts).toMatchObject({ landed: 1, "tool-error": 1 });
  });

  it("are gone on with after a kill in the midst of a fail-over, by the tool that it went over to", async () => {
    const [file = "", ...others] = bench.repository.files;
    const list = join(bench.cli.home, "tasks.csv");
    const rows = ["file,tool", `${file},half`, ...others.map((other) => `${other},`)];
    await writeFile(list, `${rows.join("\n")}\n`);
    // Its second turn, which is that of the tool that took over, hangs.
    const message = ["-m", "x [fake:only=page-001.md:turns=2:hang]"];
    const crew = ["--tool", "half:1,one:2", "--fail-over"];
    const running = start("--tasks", list, ...crew, ...message);
    await waitFor(() => (running.said().match(/ landed /g) ?? []).length === 5, {
      what: "what the other tool lands",
      timeoutMs: 60_000,
    });
    await turnsOf(file, 2);
    running.kill("SIGKILL");
    await running.ended;
    expect(running.said()).toContain(`another attempt at ${file} after tool-error by half: `);
    const { git } = bench.repository;
    const [, kept = ""] = /^(refs\/cluster\/\S+-attempt-1)$/m.exec(await allRefs()) ?? [];
    expect(await git("show", kept)).toContain("by half");
    const resumed = await cluster(bench, "resume", "--json", "-q");
    expect(resumed.code, resumed.stderr).toBe(0);
    const { counts, byTool, tool, workers, tasks } = reportOf(resumed.stdout);
    expect([tool, workers, counts.landed]).toEqual(["half, one", 3, 6]);
    const part = (name: string) => byTool.find((one) => one.tool === name);
    expect(part("one")?.counts).toEqual({ landed: 6 });
    expect(part("half")?.counts).toEqual({});
    // The attempt that was killed is one of its own, and of its cost nobody knows more than that there was one.
    const [failed, over] = tasks[0]?.byTool ?? [];
    expect(failed).toMatchObject({ tool: "half", attempts: 1 });
    expect(over).toMatchObject({ tool: "one", attempts: 2 });
    expect(over?.spent).toMatchObject({ costUsd: "unknown", knownCostUsd: 0.001 });
    const shown = await cluster(bench, "show", "last", file);
    expect(shown.stdout).toMatch(/^tool +one$/m);
    expect(shown.stdout).toMatch(/^1 +.* half +0 +tool-error +fail-over /m);
    expect(shown.stdout).toMatch(/^2 +.* one +cut short$/m);
    expect(shown.stdout).toMatch(/^3 +.* one +\d +landed$/m);
    // Each landed once, and the edit that failed is no longer kept beside the one that landed.
    expect(await git("rev-list", "--count", "main")).toBe("7");
    for (const path of bench.repository.files) {
      const text = await bench.repository.read(path);
      expect(text.match(/DOC_ID|by \w+/g)).toEqual(["DOC_ID", "by one"]);
    }
    expect(await allRefs()).toBe("refs/heads/main");
    await bench.expectNothingLeft();
  });
});

const allRefs = () => bench.repository.git("for-each-ref", "--format=%(refname)");

/** Waits until a turn is under way at a file that is the one of so many. */
async function turnsOf(file: string, count: number): Promise<void> {
  await turnsUnderWay(bench, 1);
  const counted = async (): Promise<boolean> => {
    const names = (await readdir(bench.cli.home)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const counted = await Promise.all(
      names.map((name) => readFile(join(bench.cli.home, name), "utf8")),
    );
    return counted.some((text) => text.trim().split("\n").length === count);
  };
  await waitFor(counted, { what: `turn ${count} at ${file}`, timeoutMs: 60_000 });
}

describe("tools that make no run", () => {
  let repository: SampleRepository;
  beforeAll(async () => {
    repository = await sampleRepository({ files: 1 });
  });
  afterAll(async () => {
    await repository[Symbol.asyncDispose]();
  });

  it.each<[Partial<RunFlags>, readonly string[], string]>([
    [{ tool: "one:1,two" }, [], '"one" says how many instances it has and "two" does not'],
    [
      { tool: "one:2,two:1", workers: 3 },
      [],
      "-w 3 and the instances of --tool one:2,two:1 are both given",
    ],
    [{ tool: "one,tow" }, [], 'There is no tool "tow". Did you mean "two"?'],
    [{ tool: "one,two", model: "m" }, [], "The model m is for one tool"],
    [{ tool: "one,two" }, ["--raw"], "Raw arguments are for one tool"],
  ])("are refused: %j %j", async (flags, raw, message) => {
    const given = { message: "x", config: CONFIG, cwd: repository.path, ...flags };
    const refused = await runFiles(["docs/*.md"], given, raw).catch((error: unknown) => error);
    expect(refused).toMatchObject({ exit: "usage" });
    const { message: said, remedy = "" } = refused as CliError;
    expect(`${said} ${remedy}`).toContain(message);
  });
});
