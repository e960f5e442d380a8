import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Bench, bench, tasksFor } from "../sample/sample-run.ts";

test("an edit that the verify command refuses is parked, and the run's branch lacks it", async () => {
  await using sample = await bench({ files: 2 });
  const [good = "", bad = ""] = sample.repository.files;
  const { report } = await sample.run(tasksFor([good, bad], "edit"), {
    verify: `case "$1" in ${bad}) echo not good enough; exit 1;; esac`,
  });
  expect(report.counts).toMatchObject({ landed: 1, "verify-failed": 1 });
  const task = report.tasks.find(({ files }) => files[0] === bad);
  expect(task).toMatchObject({ attempts: 1, reason: { code: "VERIFY_REFUSED" } });
  expect(task?.reason?.message).toContain("not good enough");
  expect(await sample.repository.read(bad)).not.toContain("DOC_ID");
  const parked = `${task?.evidence.parkedRef}:${bad}`;
  expect(await sample.repository.git("show", parked)).toContain("DOC_ID");
});

test("what the verify command changes in the task's files is part of the commit", async () => {
  await using sample = await bench({ files: 1 });
  const [file = ""] = sample.repository.files;
  const { report } = await sample.run(tasksFor([file], "edit"), {
    verify: 'for f in "$@"; do echo formatted >> "$f"; done; mkdir cache; echo x > cache/report',
  });
  expect(report.tasks[0]).toMatchObject({ outcome: "landed", evidence: { outside: [] } });
  expect(await sample.repository.read(file)).toMatch(/DOC_ID[\s\S]*formatted\n$/);
  expect(await sample.repository.git("log", "--format=%s")).toMatch(/^edit .*\nBegin$/);
  // What it leaves beside the files is its own.
  expect(await sample.repository.git("ls-files", "cache")).toBe("");
});

test("a verify command that undoes the edit leaves no-change", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), {
    verify: 'git checkout -q HEAD -- "$@"',
  });
  expect(report.tasks[0]?.outcome).toBe("no-change");
});

test("a verify command that hangs refuses, and is ended", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), {
    verify: "sleep 300",
    verifyTimeoutMs: 200,
  });
  expect(report.tasks[0]).toMatchObject({
    outcome: "verify-failed",
    reason: { code: "VERIFY_TIMEOUT" },
  });
});

test("it is not asked about a turn that changed nothing", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:no-change]"), {
    verify: "false",
  });
  expect(report.tasks[0]?.outcome).toBe("no-change");
});

test("a check of the whole run sees everything that landed, and nothing else, before it is delivered", async () => {
  await using sample = await bench({ files: 3 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), {
    verifyRun:
      'test "$(grep -l DOC_ID -r . | grep -vc .git)" = 3 && test -z "$(git status --short)"',
  });
  expect(report).toMatchObject({ ok: true, counts: { landed: 3 }, delivery: { kind: "merged" } });
  expect(await sample.leftovers()).toEqual([]);
});

test("what the check of the whole run refuses stays on the run's branch", async () => {
  await using sample = await bench({ files: 2 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), {
    verifyRun: "echo these two do not go together; exit 3",
  });
  expect(report).toMatchObject({
    ok: false,
    counts: { landed: 2 },
    delivery: { kind: "kept", reason: expect.stringContaining("check of the whole run") },
  });
  expect(report.warnings.join()).toContain("these two do not go together");
  expect(await sample.repository.git("log", "--format=%s", "main")).toBe("Begin");
  const landed = await sample.repository.git("rev-list", "--count", `main..cluster/${report.run}`);
  expect(landed).toBe("2");
  expect(await sample.leftovers()).toEqual([]);
});

/** A hook of the user's, in their repository. */
async function installHook(sample: Bench, name: string, script: string): Promise<void> {
  const hook = join(sample.repository.path, ".git", "hooks", name);
  await writeFile(hook, `#!/bin/sh\n${script}\n`);
  await chmod(hook, 0o755);
}

test("the user's hooks are not run unless they are asked for", async () => {
  await using sample = await bench({ files: 1 });
  await installHook(sample, "pre-commit", "exit 1");
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"));
  expect(report.counts.landed).toBe(1);
});

test("an edit that a hook of the user refuses is kept, does not land, and says what the hook said", async () => {
  await using sample = await bench({ files: 2 });
  const [good = "", bad = ""] = sample.repository.files;
  const refuses = `if git diff --cached --name-only | grep -q "^${bad}$"; then echo no such thing; exit 1; fi`;
  await installHook(sample, "pre-commit", refuses);
  const { report } = await sample.run(tasksFor([good, bad], "edit"), { hooks: true });
  expect(report.counts).toMatchObject({ landed: 1, "verify-failed": 1 });
  const task = report.tasks.find(({ files }) => files[0] === bad);
  expect(task).toMatchObject({ attempts: 1, reason: { code: "HOOK_FAILED" } });
  expect(task?.reason?.message).toContain("no such thing");
  const parked = `${task?.evidence.parkedRef}:${bad}`;
  expect(await sample.repository.git("show", parked)).toContain("DOC_ID");
});
