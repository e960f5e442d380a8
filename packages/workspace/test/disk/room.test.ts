import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isolatedGitEnvironment, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { setting } from "../setting.ts";

const KIB = 1024;
/** Two blocks, one block, and none. */
const FILES = { "a.md": "a".repeat(5 * KIB), "deep/b.md": "b", "empty.md": "" };
const EACH = 12 * KIB;

test("no more worktrees are made than the ceiling has room for, and a removed one makes room", async () => {
  await using at = await setting({ files: FILES });
  const maxWorktreeBytes = 2 * EACH + 1;
  await using run = await at.repository.createRun({ run: "r1", maxWorktreeBytes });
  expect(await run.room()).toMatchObject({ worktrees: 2, by: "DISK_LIMIT" });
  const opened = await Promise.allSettled([0, 1, 2].map((index) => run.openWorkspace(index)));
  expect(opened.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect((opened[2] as PromiseRejectedResult).reason).toMatchObject({
    code: "DISK_LIMIT",
    message: expect.stringMatching(/about 12\.3 kB.* ceiling .* is 24\.6 kB.*room for 2/),
  });
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(3);
  await (opened[0] as PromiseFulfilledResult<{ remove(): Promise<void> }>).value.remove();
  await run.openWorkspace(2);
});

test("a worktree that could not be made takes no room", async () => {
  await using at = await setting({ files: FILES });
  await using run = await at.repository.createRun({ run: "r1", maxWorktreeBytes: EACH });
  const reason = new Error("enough");
  const aborted = { signal: AbortSignal.abort(reason) };
  for (const _ of [1, 2]) await expect(run.openWorkspace(0, aborted)).rejects.toBe(reason);
  await run.openWorkspace(0);
});

test("a ceiling below one worktree, and one that is none, are refused", async () => {
  await using at = await setting({ files: FILES });
  await using run = await at.repository.createRun({ run: "r1", maxWorktreeBytes: EACH - 1 });
  for (const attempt of [() => run.room(), () => run.openWorkspace(0)]) {
    await expect(attempt()).rejects.toMatchObject({ code: "DISK_LIMIT" });
  }
  for (const maxWorktreeBytes of [0, -1, Number.NaN]) {
    await expect(at.repository.createRun({ run: "r2", maxWorktreeBytes })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
  }
});

// Only as root on Linux can a small disk be mounted.
describe.runIf(process.platform === "linux" && process.getuid?.() === 0)("a small disk", () => {
  test("is looked at before a worktree is made, and nothing is left when it has no room", async () => {
    const file = "x".repeat(600 * KIB);
    await using sample = await sampleRepository({ files: { "a.md": file, "b.md": file } });
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "disk");
    await mkdir(directory);
    await execa("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", directory]);
    try {
      const environment = isolatedGitEnvironment();
      const repository = await openRepository(sample.path, { environment, directory });
      await using run = await repository.createRun({ run: "r1" });
      expect(await run.room()).toMatchObject({ worktrees: 1, by: "DISK_FULL" });
      await run.openWorkspace(0);
      await expect(run.openWorkspace(1)).rejects.toMatchObject({
        code: "DISK_FULL",
        message: expect.stringContaining("are free at"),
      });
      expect((await sample.git("worktree", "list")).split("\n")).toHaveLength(2);
    } finally {
      await execa("umount", ["--lazy", directory]);
    }
  });
});
