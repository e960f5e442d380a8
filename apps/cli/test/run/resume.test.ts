import { join } from "node:path";
import { openRepository, type RunReport } from "@cluster/batch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { SAMPLE_CONFIG } from "../harness/cli.ts";
import { cluster, endedBy, startRun, storeOf, turnsUnderWay } from "../harness/runs.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(6);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const reportOf = (stdout: string): RunReport => JSON.parse(stdout) as RunReport;

async function expectAllLandedOnce(tasks = 6): Promise<void> {
  expect(await bench.repository.git("rev-list", "--count", "main")).toBe(String(tasks + 1));
  for (const file of bench.repository.files) {
    expect((await bench.repository.read(file)).match(/DOC_ID/g)).toHaveLength(1);
  }
  await bench.expectNothingLeft();
}

describe("cluster resume", () => {
  it("goes on where a run was that was killed with -9, without a flag", async () => {
    const id = await endedBy(bench, "SIGKILL");
    const status = await cluster(bench, "status", "last", "--json");
    expect(JSON.parse(status.stdout)).toMatchObject({
      run: id,
      phase: "left",
      pid: null,
      tasks: 6,
      open: 4,
      reason: expect.stringContaining("its process ended before it did"),
      next: `cluster resume ${id}`,
    });
    const { code, stdout, stderr } = await cluster(bench, "resume", "--json");
    expect(stderr).toContain(`Run ${id} goes on\n2 of 6 tasks had ended before\n`);
    expect(stderr.match(/^\[\d\/6\]/gm)).toEqual(["[3/6]", "[4/6]", "[5/6]", "[6/6]"]);
    expect(code).toBe(0);
    expect(reportOf(stdout)).toMatchObject({ run: id, counts: { landed: 6 }, workers: 2 });
    await expectAllLandedOnce();
    const again = await cluster(bench, "resume", id.slice(0, 7));
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toMatch(/has come to its end and nothing is left to do/);
  });

  it("goes on with the newest run that can be gone on with, and says when there is none", async () => {
    const id = await endedBy(bench, "SIGINT");
    await bench.repository.write("other.md", "# Other\n");
    await bench.repository.commit("Another page");
    const newer = await bench.run(["-m", "x", "other.md", "-q", "--json"]);
    expect(reportOf(newer.stdout)).toMatchObject({ end: "complete", counts: { landed: 1 } });
    const { code, stdout } = await cluster(bench, "resume", "-q", "--json");
    expect(code).toBe(0);
    expect(reportOf(stdout)).toMatchObject({ run: id, counts: { landed: 6 } });
    const none = await cluster(bench, "resume", "last");
    expect(none).toMatchObject({ code: 0, stdout: "" });
    expect(none.stderr).toContain("No run is to be gone on with.");
    expect(none.stderr).toContain(`Run ${reportOf(newer.stdout).run} has come to its end`);
  });

  it("goes on with a run that ^C ended, as its report says, with other flags where they are given", async () => {
    const id = await endedBy(bench, "SIGINT");
    const { code, stdout } = await cluster(bench, "resume", id, "-w", "1", "--json", "-q");
    expect(code).toBe(0);
    expect(reportOf(stdout)).toMatchObject({ workers: 1, counts: { landed: 6 } });
    await expectAllLandedOnce();
  });

  it("keeps no key of the raw arguments, and asks for it again", async () => {
    const key = ["--", "--openai-api-key", "sk-very-secret-key"];
    const running = startRun(bench, "x [fake:hang]", "--tool", "made", "-w", "1", ...key);
    await turnsUnderWay(bench, 1);
    running.kill("SIGKILL");
    await running.ended;
    using reader = await storeOf(bench).read(await openRepository(bench.repository.path), "last");
    expect(JSON.stringify(reader.record)).not.toContain("sk-very-secret-key");
    const { code, stderr } = await cluster(bench, "resume");
    expect(code).toBe(2);
    expect(stderr).toMatch(/begun with a key among its raw arguments, which is kept nowhere/);
    expect(stderr).toContain("-- --openai-api-key '[redacted]'");
  });

  it("takes in what its globs name now, and drops what they no longer do", async () => {
    await endedBy(bench, "SIGKILL");
    const { repository } = bench;
    await repository.git("rm", "-q", "docs/page-006.md");
    await repository.write("docs/page-007.md", "# New\n");
    await repository.commit("Other pages");
    const { code, stdout } = await cluster(bench, "resume", "--from-inputs", "--json");
    const { tasks } = reportOf(stdout);
    expect(tasks.map(({ files }) => files[0])).toEqual(
      [1, 2, 3, 4, 5, 7].map((page) => `docs/page-00${page}.md`),
    );
    expect(code).toBe(0);
  });

  it("refuses a run that is under way, one that is not there, and one of another program", async () => {
    const running = startRun(bench, "x [fake:hang]", "-w", "1");
    await turnsUnderWay(bench, 1);
    const busy = await cluster(bench, "resume");
    expect(busy.code).toBe(2);
    expect(busy.stderr).toMatch(/Run \w+ is under way, in process \d+/);
    running.kill("SIGKILL");
    await running.ended;
    const unknown = await cluster(bench, "resume", "zzz");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(/No run .* begins with "zzz"; there are \w+\./);
  });
});

describe("cluster retry", () => {
  it("tries again what failed, by outcome and by reason, and leaves the rest", async () => {
    const message =
      "x [fake:only=page-001.md:first=1:fail=refused][fake:only=page-002.md:first=1:fail=context]";
    const { stdout } = await startRun(bench, message, "--retries", "0").ended;
    expect(stdout).toMatch(/landed +4\ntool-error +2\n/);
    const id = /cluster retry (\w+)/.exec(stdout)?.[1] ?? "";
    const none = await cluster(bench, "retry", id, "--outcome", "timeout");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toMatch(/No task .* tried again\.\nIts tasks ended so: .*2 tool-error/);
    const mistyped = await cluster(bench, "retry", id, "--outcome", "time-out");
    expect(mistyped.stderr).toMatch(/Did you mean timeout\?/);
    const args = ["retry", id, "--outcome", "tool-error", "--reason", "REFUSED", "--json"];
    const one = await cluster(bench, ...args);
    expect(one.code).toBe(1);
    expect(reportOf(one.stdout).counts).toMatchObject({ landed: 5, "tool-error": 1 });
    const all = await cluster(bench, "retry");
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(/^outcome +tasks\nlanded +6\n/);
    await expectAllLandedOnce();
  });
});

describe("cluster retry --outcome landed", () => {
  it("has the tool make it once more from the tip: no empty commit, and none without a turn", async () => {
    const { git } = bench.repository;
    await startRun(bench, "x").ended;
    await expectAllLandedOnce();
    await git("reset", "-q", "--hard", "HEAD~4");
    const { code, stdout } = await cluster(bench, "retry", "--outcome", "landed", "--json");
    expect(code).toBe(0);
    const { counts, tasks } = reportOf(stdout);
    expect(tasks.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(counts).toMatchObject({ landed: 4, "no-change": 2 });
    const unchanged = tasks.find(({ outcome }) => outcome === "no-change");
    expect(unchanged?.reason?.message).toMatch(/^Attempt 1 at it had landed; this one changed/);
    expect(unchanged?.evidence.parkedRef).toBeNull();
    await expectAllLandedOnce();
  });
});

describe("the end of a run", () => {
  it("names the one command that goes on, also from another folder", async () => {
    const run = ["run", "--config", SAMPLE_CONFIG, "-C", bench.repository.path];
    const args = ["-m", "x [fake:fail=auth]", "docs/*.md", "-w", "1"];
    const { code, stdout } = await bench.cli.run([...run, ...args]);
    expect(code).toBe(4);
    const [, id, folder] = /cluster resume (\w+) -C (\S+)$/m.exec(stdout) ?? [];
    expect(folder).toBe(bench.repository.path);
    const again = await bench.cli.run(["status", id ?? "", "-C", join(folder ?? "", "docs")]);
    expect(again.stdout).toMatch(/state +halted\n/);
  });

  it("is told from another folder with commands that work there", async () => {
    const { cli, repository } = bench;
    const here = `-C ${repository.path}`;
    const elsewhere = (...args: readonly string[]) => cli.run([...args, "-C", repository.path]);
    const id = await endedBy(bench, "SIGINT");
    const go = new RegExp(`cluster resume ${id} ${here}$`, "m");
    expect((await elsewhere("status", id)).stdout).toMatch(go);
    expect(JSON.parse((await elsewhere("status", id, "--json")).stdout).next).toMatch(go);
    expect((await elsewhere("show", id)).stdout).toMatch(go);
    expect((await elsewhere("clean", id)).stdout).toMatch(go);
    expect((await elsewhere("pause", id)).stderr).toContain(`cluster status ${id} ${here}`);
    expect((await elsewhere("logs", id, "none.md")).stderr).toContain(`cluster show ${id} ${here}`);
    expect((await elsewhere("land", id)).stdout).toMatch(go);
    const env = { SAMPLE_AGENT_STATE: cli.home };
    const done = await cli.run(["resume", id, "-C", repository.path, "-q"], { env });
    expect(done.stdout).toMatch(new RegExp(`git -C ${repository.path} log --stat \\w+\\.\\.main`));
    // What landed by hand in between is among it.
    const [, range = ""] = /log --stat (\S+)/.exec(done.stdout) ?? [];
    const log = await repository.git(
      "log",
      "--no-merges",
      "--format=%(trailers:key=Cluster-Task)",
      range,
    );
    expect(log.match(/^Cluster-Task:/gm)).toHaveLength(6);
    const nothing = await elsewhere("resume", id);
    expect(nothing.stderr).toContain(`cluster show ${id} ${here}`);
    // Eleven commands, each a process of its own.
  }, 240_000);
});
