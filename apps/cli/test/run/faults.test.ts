import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "@cluster/batch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(12);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const reportOf = (stdout: string): RunReport => JSON.parse(stdout) as RunReport;

/** A git in front of the real one that fails for one subcommand. */
async function brokenGit(subcommand: string, words: string): Promise<string> {
  const folder = join(bench.cli.home, "bin");
  await mkdir(folder);
  const real = process.env.PATH ?? "";
  const script = `#!/bin/sh
case " $* " in *" ${subcommand} "*) echo "${words}" >&2; exit 128;; esac
PATH='${real}' exec git "$@"
`;
  await writeFile(join(folder, "git"), script);
  await chmod(join(folder, "git"), 0o755);
  return `${folder}:${real}`;
}

describe("faults during a run", () => {
  it("a key that the provider refuses stops the run after the first few, exit code 4", async () => {
    const args = ["-m", "x [fake:fail=auth]", "docs/*.md", "-w", "2"];
    const { code, stdout } = await bench.run(args);
    expect(code).toBe(4);
    expect(stdout).toContain("The run gave up: ");
    expect(stdout).toContain("Check the API key");
    expect(Number(/tool-error +(\d+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(5);
    await bench.expectNothingLeft();
  });

  it("a crash costs one attempt, and the task lands on the next one", async () => {
    const args = ["-m", "x [fake:first=1:crash]", "docs/page-00*.md", "-w", "2", "--retries", "2"];
    const { code, stdout, stderr } = await bench.run(args, {
      env: { SAMPLE_AGENT_STATE: bench.cli.home },
    });
    expect(stderr).toMatch(/another attempt at docs\/\S+ after tool-error/);
    expect(stdout).toMatch(/landed +9\n/);
    expect(code).toBe(0);
    await bench.expectNothingLeft();
  });

  it("a full disk at the commit is said, the edit is kept in the report, and nothing is left", async () => {
    // In a repository that several users share, it is git that writes the commits.
    await bench.repository.git("config", "core.sharedRepository", "group");
    const PATH = await brokenGit(
      "commit-tree",
      "error: unable to write file: No space left on device",
    );
    const args = ["-m", "x", "docs/*.md", "-w", "1", "--json"];
    const { code, stdout } = await bench.run(args, { env: { PATH } });
    expect(code).toBe(4);
    const report = reportOf(stdout);
    expect(report.haltReason).toMatch(/no space/i);
    expect(report.tasks[0]?.evidence.patch).toContain("+<!-- DOC_ID");
    expect(report.counts.landed).toBe(0);
    await bench.expectNothingLeft();
  });

  it("a lock on the user's index keeps the run's branch and gives the command that lands it", async () => {
    const lock = join(bench.repository.path, ".git/index.lock");
    await writeFile(lock, "");
    const { code, stdout } = await bench.run(["-m", "x", "docs/*.md", "-w", "3"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/12 commits stayed on cluster\/\w+: /);
    await bench.expectNothingLeft({ branches: 1 });
    await rm(lock);
    const command = /^ {2}git (merge \S+)$/m.exec(stdout)?.[1] ?? "";
    await bench.repository.git(...command.split(" "));
    expect(await bench.repository.read("docs/page-012.md")).toContain("DOC_ID");
  });

  it("a lock on the run's branch is a failure of its own, and the edit is kept under a ref", async () => {
    const lock =
      "d=$(git rev-parse --path-format=absolute --git-common-dir); " +
      "for b in $(git for-each-ref --format='%(refname)' refs/heads/cluster); do : > $d/$b.lock; done";
    const args = ["-m", "x", "docs/page-001.md", "--verify", lock, "--retries", "0", "--json"];
    const { code, stdout } = await bench.run(args);
    expect(code).toBe(1);
    const [task] = reportOf(stdout).tasks;
    expect(task).toMatchObject({ outcome: "infra-error", reason: { code: "LOCKED" } });
    const kept = `${task?.evidence.parkedRef}:docs/page-001.md`;
    expect(await bench.repository.git("show", kept)).toContain("DOC_ID");
    await bench.cli.nothingLeft();
  });

  it("two runs at once in one repository both work", async () => {
    const [one, two] = await Promise.all([
      bench.run(["-m", "x", "docs/page-00*.md", "-w", "2", "--json"]),
      bench.run(["-m", "x", "docs/page-01*.md", "-w", "2", "--json"]),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    for (const file of bench.repository.files) {
      expect(await bench.repository.read(file)).toContain("DOC_ID");
    }
    expect(await bench.repository.git("status", "--porcelain")).toBe("");
    await bench.expectNothingLeft();
  });
});
