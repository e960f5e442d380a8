import { waitFor } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { cluster, endedBy, startRun, turnsUnderWay } from "../harness/runs.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(6);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe("a running run", () => {
  it("is paused, looked at, scaled, gone on with, followed and stopped from elsewhere", async () => {
    const running = startRun(bench, "x [fake:only=page-001.md:hang]", "-w", "1");
    await turnsUnderWay(bench, 1);
    const paused = await cluster(bench, "pause");
    expect(paused).toMatchObject({ code: 0, stderr: "" });
    expect(paused.stdout).toMatch(
      /^Run \w+ is paused; 1 turn under way\. Go on with it: cluster resume/,
    );
    expect((await cluster(bench, "scale", "3")).stdout).toMatch(/has 3 workers now/);
    const status = JSON.parse((await cluster(bench, "status", "last", "--json")).stdout);
    expect(status).toMatchObject({
      phase: "paused",
      workers: 3,
      live: { held: true, counts: { landed: 0 } },
    });
    const resumed = await cluster(bench, "resume", "--json");
    expect(JSON.parse(resumed.stdout).live.held).toBe(false);
    await waitFor(() => (running.said().match(/\] landed /g) ?? []).length === 5, {
      what: "the others to land",
      timeoutMs: 60_000,
    });
    const shown = await cluster(bench, "show");
    expect(shown.stdout).toMatch(/^Run \w+: running, 6 tasks, 1 without an outcome, /);
    expect(shown.stdout).not.toContain("interrupted");
    const followed = cluster(bench, "logs", "-f", "-n", "1");
    expect((await cluster(bench, "stop", "--now")).stdout).toMatch(/^Run \w+ stops\.\n$/);
    expect((await running.ended).code).toBe(130);
    expect((await followed).stdout).toMatch(/run \w+: interrupted, 5 landed\n$/);
    const late = await cluster(bench, "pause", "last");
    expect(late.code).toBe(2);
    expect(late.stderr).toMatch(/Nobody is at work on run \w+\.\n.*cluster status/);
    expect((await cluster(bench, "pause")).stderr).toMatch(/No run .* is under way/);
    await bench.expectNothingLeft({ branches: 1 });
    // A dozen commands, each a process of its own.
  }, 240_000);
});

describe("a run that was interrupted", () => {
  it("is landed as far as it came, and then not again", async () => {
    await endedBy(bench, "SIGINT");
    const { code, stdout } = await cluster(bench, "land");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Run \w+ has landed on main\. It had stayed on its own branch: the run was interrupted\.\n4 tasks without an outcome: cluster resume \w+\n$/,
      ),
    });
    expect(await bench.repository.git("rev-list", "--count", "main")).toBe("3");
    await bench.expectNothingLeft();
    const again = await cluster(bench, "land", "--as", "squash");
    expect(again.stdout).toMatch(/^Run \w+ landed on main before; nothing was done now\.\n4 tasks/);
    const json = await cluster(bench, "land", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      open: 4,
      before: true,
      delivery: { kind: "merged" },
    });
  });

  it("stays on its branch where that cannot be, and says why", async () => {
    await endedBy(bench, "SIGINT");
    await bench.repository.git("checkout", "-q", "-b", "elsewhere");
    const { code, stdout } = await cluster(bench, "land");
    expect(code).toBe(1);
    expect(stdout).toMatch(/stayed on cluster\/\w+: the run began on main, and now elsewhere/);
    expect(stdout).toMatch(/By hand: git switch main && git merge cluster\/\w+/);
  });

  it("is landed after a kill -9 too, and cleaned away with all that was left", async () => {
    const id = await endedBy(bench, "SIGKILL");
    expect((await cluster(bench, "land")).stdout).toMatch(/has landed on main/);
    expect(await bench.repository.git("rev-list", "--count", "main")).toBe("3");
    const kept = await cluster(bench, "clean", id);
    expect(kept.stdout).toMatch(/kept +\S+ +it has tasks without an outcome/);
    const { stdout } = await cluster(bench, "clean", id, "--force");
    expect(stdout).toMatch(new RegExp(`^${id} +removed +\\S+/${id}$`, "m"));
    expect((await cluster(bench, "status")).stdout).toMatch(/^No run is kept here/);
    expect(await bench.repository.git("for-each-ref", "refs/cluster", "refs/heads/cluster")).toBe(
      "",
    );
    await bench.expectNothingLeft();
  }, 120_000);
});
