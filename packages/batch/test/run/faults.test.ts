import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { openRepository } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("a lock on the run's branch makes landing an infra-error, and the edit is parked", async () => {
  await using sample = await bench({ files: 1 });
  await using folder = await temporaryFolder();
  const repository = await openRepository(sample.repository.path, {
    directory: folder.path,
    lockTimeoutMs: 200,
  });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), {
    repository,
    id: "locked",
    verify: `touch ${sample.repository.path}/.git/refs/heads/cluster/locked.lock`,
  });
  const report = await run.finished;
  expect(report.tasks[0]).toMatchObject({
    outcome: "infra-error",
    reason: { failureClass: null, code: "LOCKED" },
  });
  const parked = `${report.tasks[0]?.evidence.parkedRef}:${sample.repository.files[0]}`;
  expect(await sample.repository.git("show", parked)).toContain("DOC_ID");
  await rm(`${sample.repository.path}/.git/refs/heads/cluster/locked.lock`);
});

test("a lock on the user's index keeps the run's branch, and loses nothing", async () => {
  await using sample = await bench({ files: 3 });
  await using folder = await temporaryFolder();
  const repository = await openRepository(sample.repository.path, {
    directory: folder.path,
    lockTimeoutMs: 200,
  });
  const lock = `${sample.repository.path}/.git/index.lock`;
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), { repository });
  await writeFile(lock, "");
  const report = await run.finished;
  expect(report).toMatchObject({ end: "complete", counts: { landed: 3 } });
  expect(report.delivery).toMatchObject({ kind: "kept", command: `git merge cluster/${run.id}` });
  await rm(lock);
  await sample.repository.git("merge", "--quiet", `cluster/${run.id}`);
  expect(await sample.repository.read(sample.repository.files[2] ?? "")).toContain("DOC_ID");
});

test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
  "a full disk at the commit is an infra-error that halts, and the edit is kept as text",
  async (context) => {
    await using disk = await temporaryFolder();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.path]);
    if (mounted.status !== 0) context.skip("No file system can be mounted here.");
    try {
      await using sample = await bench({ files: 5 });
      const objects = `${sample.repository.path}/.git/objects`;
      // The objects go where there is no room; the rest of the repository stays usable.
      spawnSync("cp", ["-a", `${objects}/.`, disk.path]);
      spawnSync("mount", ["--bind", disk.path, objects]);
      try {
        const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), {
          workers: 1,
          verify: `dd if=/dev/zero of=${disk.path}/filler bs=1k 2>/dev/null; true`,
        });
        expect(report.end).toBe("halted");
        expect(report.haltReason).toMatch(/no space/i);
        expect(report.tasks[0]).toMatchObject({
          outcome: "infra-error",
          reason: { code: "DISK_FULL" },
        });
        expect(report.tasks[0]?.evidence.patch).toContain("+<!-- DOC_ID");
        expect(report.counts).toMatchObject({ landed: 0, "infra-error": 3, cancelled: 2 });
      } finally {
        spawnSync("umount", [objects]);
      }
      await sample.repository.git("fsck");
      expect(await sample.leftovers()).toEqual([]);
    } finally {
      spawnSync("umount", [disk.path]);
    }
  },
);
