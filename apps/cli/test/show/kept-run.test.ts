import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openRepository, type RunEvent } from "@cluster/batch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { runHere } from "../harness/in-process.ts";
import { cluster, startRun, storeOf } from "../harness/runs.ts";

let bench: Bench;
let run: string;

/** Five pages: three land, the last of them at its second attempt, one fails, one has an edit elsewhere. */
beforeAll(async () => {
  bench = await createBench(5);
  const message =
    "x [fake:only=page-001.md:fail=refused][fake:only=page-002.md:outside=other.txt]" +
    "[fake:only=page-005.md:first=1:fail=overload]";
  const { stdout } = await startRun(bench, message, "-w", "2", "--verify", "true").ended;
  run = /cluster retry (\w+)/.exec(stdout)?.[1] ?? "";
  await startRun(bench, "x [fake:append=more]", "--verify", "false").ended;
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

describe("cluster status", () => {
  it("lists the runs of the repository, newest first, from any folder of it", async () => {
    const { code, stdout } = await runHere(bench.cli, ["status"], {
      cwd: join(bench.repository.path, "docs"),
    });
    expect(code).toBe(0);
    const [head, newest, older, ...none] = stdout.trim().split("\n");
    expect(head).toMatch(/^run +state +begun +tasks +outcomes +reason$/);
    expect(newest).toMatch(/^\w{8} +complete +[\d.]+s ago +5\/5 +5 verify-failed$/);
    expect(older).toMatch(/^\w{8} +complete +.* ago +5\/5 +4 landed, 1 tool-error$/);
    expect(none).toEqual([]);
  });

  it("shows one run, whose id may be cut", async () => {
    const { stdout } = await cluster(bench, "status", run.slice(0, 7));
    expect(stdout).toMatch(
      new RegExp(`^run +${run}\nstate +complete\ntool +sample with 2 workers`),
    );
    expect(stdout).toMatch(/tasks +5 tasks: 5 ended, 0 open\noutcomes +4 landed, 1 tool-error/);
    expect(stdout).toMatch(/landed on +main\n/);
  });

  it("says what there is when a run is unknown or meant ambiguously", async () => {
    const unknown = await cluster(bench, "status", "nope");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain(run);
    const both = await cluster(bench, "status", run.slice(0, 2));
    expect(both.code).toBe(2);
    expect(both.stderr).toMatch(/could be \w{8}, \w{8}\. Give more of the id\./);
  });

  it("says that the run comes first, to whoever names a file only", async () => {
    const { code, stderr } = await cluster(bench, "show", "docs/page-005.md");
    expect(code).toBe(2);
    expect(stderr).toMatch(/The run comes first[\s\S]*cluster show last docs\/page-005\.md/);
  });

  it("says that no run is kept elsewhere, and how to start one", async () => {
    const { code, stdout } = await runHere(bench.cli, ["status"], { cwd: bench.cli.home });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'No run is kept here. Start one: cluster run -m "…" <files>\n',
    });
  });
});

describe("cluster logs", () => {
  it("tells what happened in order, and of one task only where one is named", async () => {
    const all = await cluster(bench, "logs", run);
    const lines = all.stdout.trim().split("\n");
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d run \w+ begun: 5 tasks, 2 workers of/,
    );
    expect(lines.at(-1)).toMatch(/run \w+: complete, 4 landed$/);
    const one = await cluster(bench, "logs", run, "docs/page-005.md");
    expect(one.stdout).toMatch(
      /page-005\.md: attempt 1 ended with tool-error, another one follows/,
    );
    expect(one.stdout).toMatch(/page-005\.md: landed after [\d.]+s\n$/);
    expect(one.stdout).not.toContain("page-001");
    const last = await cluster(bench, "logs", run, "-n", "1", "-f");
    expect(last.stdout).toBe(`${lines.at(-1)}\n`);
  });

  it("gives the events as JSON, and says which tasks there are", async () => {
    const { stdout } = await cluster(bench, "logs", run, "#1", "--json");
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events[0]).toMatchObject({ type: "attempt.started", files: ["docs/page-001.md"] });
    const none = await cluster(bench, "logs", run, "docs/none.md");
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/has no task "docs\/none\.md".*\n.*cluster show/);
  });

  it("prints what was said to and by an instance", async () => {
    const { stdout } = await cluster(bench, "logs", run, "--transcript", "0");
    expect(stdout).toMatch(/^\S+Z -- \| process \d+ started\n/);
    expect(stdout).toMatch(/Z in \| .*"message":"x/);
    const last = await cluster(bench, "logs", run, "--transcript", "0", "-n", "2");
    expect(last.stdout).toBe(stdout.split("\n").slice(-3).join("\n"));
    const task = await cluster(bench, "logs", run, "#1", "--transcript", "0");
    expect(task).toMatchObject({ code: 2, stdout: "" });
    const none = await cluster(bench, "logs", run, "--transcript", "99");
    expect(none.stderr).toMatch(/no transcript of an instance 99\.\nThere are: 0/);
  });
});

describe("cluster show", () => {
  it("tells what became of a run, out of its journal", async () => {
    const report = join(bench.cli.home, "later.xml");
    const { code, stdout } = await cluster(bench, "show", run, "--report", report);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Run \w+: complete, 5 tasks, begun .* with sample\n\noutcome +tasks\nlanded +4/,
    );
    expect(stdout).toMatch(/docs\/page-001\.md +tool-error/);
    expect(stdout).toMatch(/docs\/page-002\.md +other\.txt +refs\/cluster\//);
    expect(await readFile(report, "utf8")).toContain('tests="5" failures="0" errors="1"');
    const json = await cluster(bench, "show", run, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ run, counts: { landed: 4, "tool-error": 1 } });
  });

  it("tells of one task with its attempts and evidence, by file, place or id", async () => {
    const { stdout } = await cluster(bench, "show", run, "docs/page-005.md");
    expect(stdout).toMatch(/^task +\w+, #5\nfiles +docs\/page-005\.md\n/);
    expect(stdout).toMatch(/outcome +landed\n/);
    expect(stdout).toMatch(/commit +[0-9a-f]{40}\n/);
    expect(stdout).toMatch(/docs\/page-005\.md +modified +\+\d+ -\d+/);
    expect(stdout).toMatch(/\n1 +.* tool-error +retry +.*\n2 +/);
    expect(stdout).toMatch(/\n2 .* landed$/m);
    const failed = await cluster(bench, "show", run, "#1");
    expect(failed.stdout).toMatch(/\n1 .* tool-error +The sample agent was told to fail/);
    const { task } = JSON.parse((await cluster(bench, "show", run, "#5", "--json")).stdout);
    const byId = await cluster(bench, "show", run, task.id.slice(0, 8));
    expect(byId.stdout).toBe(stdout);
  });

  it("shows what was changed, landed or not, of a task and of all", async () => {
    const landed = await cluster(bench, "show", run, "docs/page-003.md", "--diff");
    expect(landed.stdout).toMatch(/\n\+.*DOC_ID/);
    const outside = await cluster(bench, "show", run, "docs/page-002.md", "--diff", "--json");
    expect(JSON.parse(outside.stdout).diff).toMatch(/^diff --git .*\+Written outside the task/s);
    const all = await cluster(bench, "show", run, "--diff");
    expect(all.stdout.match(/^diff --git/gm)).toHaveLength(5);
    const parked = await cluster(bench, "show", "last", "--diff");
    expect(parked.stdout.match(/^\+more$/gm)).toHaveLength(5);
  });
});

describe("cluster clean", () => {
  it("removes what is of no use any more, keeps and names what nothing else has", async () => {
    const none = await cluster(bench, "clean");
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/Nothing says which runs .*\nName them, .*--all-ended, --older 7d/);
    expect((await cluster(bench, "clean", "--older", "7d")).stdout).toMatch(/^No run is to be/);
    const { code, stdout } = await cluster(bench, "clean", "--all-ended");
    expect(code).toBe(0);
    expect(stdout.match(/kept +refs\/cluster\/\S+ +no branch has it/g)).toHaveLength(6);
    expect(stdout).toMatch(/--force removes that too/);
    const forced = await cluster(bench, "clean", run, "last", "--force", "--json");
    const { runs } = JSON.parse(forced.stdout) as { runs: { kept: unknown[] }[] };
    expect(runs.map(({ kept }) => kept)).toEqual([[], []]);
    expect(await bench.repository.git("for-each-ref", "refs/cluster")).toBe("");
    const repository = await openRepository(bench.repository.path);
    expect(await storeOf(bench).list(repository)).toEqual([]);
  });
});
