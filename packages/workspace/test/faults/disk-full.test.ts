import { randomBytes } from "node:crypto";
import { cp, mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isolatedGitEnvironment, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { edit, read, workSetting, write } from "../setting.ts";

const MIB = 1024 * 1024;
const canMount = process.platform === "linux" && process.getuid?.() === 0;

/** A disk of its own that can be filled. */
async function smallDisk(
  path: string,
  size: string,
): Promise<AsyncDisposable & { fill(): Promise<void> }> {
  await mkdir(path, { recursive: true });
  await execa("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  return {
    async fill() {
      const { bavail, bsize } = await statfs(path);
      await writeFile(join(path, "filler"), randomBytes(bavail * bsize)).catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      await execa("umount", ["--lazy", path]);
    },
  };
}

// Only as root on Linux can a small disk be mounted.
describe.runIf(canMount)("a full disk", () => {
  test("at a commit: a code of its own, the edit as a patch, and all is well when there is space again", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    const objects = join(at.sample.path, ".git/objects");
    await cp(objects, `${objects}-copy`, { recursive: true });
    await using disk = await smallDisk(objects, "1m");
    await cp(`${objects}-copy`, objects, { recursive: true });
    await disk.fill();

    const content = randomBytes(MIB / 2).toString("hex");
    await write(at.workspace, "a.md", `the edit\n${content}\n`);
    for (const attempt of [
      () => at.workspace.changes([]),
      () => at.workspace.commit({ paths: "all", message: "x" }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "DISK_FULL" });
    }
    expect(await at.workspace.diff()).toContain("+the edit");
    expect(at.run.tip()).toBe(at.run.base);

    await rm(join(objects, "filler"));
    await write(at.workspace, "a.md", "small\n");
    const commit = await at.workspace.commit({ paths: "all", message: "x" });
    expect((await at.run.land(String(commit))).kind).toBe("landed");
  });

  test("at landing: nothing lands, and the same commit lands later", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n", "b.md": "b\n" } });
    const ahead = await edit(at.workspace, "a.md", "1");
    await at.workspace.reset();
    const behind = await edit(at.workspace, "b.md", "2");
    await at.run.land(ahead);
    const objects = join(at.sample.path, ".git/objects");
    await cp(objects, `${objects}-copy`, { recursive: true });
    await using disk = await smallDisk(objects, "1m");
    await cp(`${objects}-copy`, objects, { recursive: true });
    await disk.fill();
    await expect(at.run.land(behind)).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(await at.sample.git("rev-parse", at.run.ref)).toBe(ahead);
    await rm(join(objects, "filler"));
    expect((await at.run.land(behind)).kind).toBe("landed");
  });

  test("in the folder of the worktrees: no workspace, and nothing left of it", async () => {
    await using sample = await sampleRepository({ files: { "big.bin": randomBytes(2 * MIB) } });
    await using folder = await temporaryFolder();
    await using _disk = await smallDisk(join(folder.path, "small"), "1m");
    const repository = await openRepository(sample.path, {
      environment: isolatedGitEnvironment(),
      directory: join(folder.path, "small"),
    });
    await using run = await repository.createRun({ run: "r1" });
    await expect(run.openWorkspace(0)).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(await sample.git("worktree", "list", "--porcelain")).not.toContain("small");
  });

  test("in the user's checkout at delivery: the run's branch stays and the checkout is as it was", async () => {
    await using folder = await temporaryFolder();
    await using disk = await smallDisk(join(folder.path, "small"), "4m");
    await using sample = await sampleRepository({ files: { "a.md": "a\n", "z.md": "z\n" } });
    const root = join(folder.path, "small/checkout");
    await execa("git", ["worktree", "add", "-q", "-b", "side", root], {
      cwd: sample.path,
      env: isolatedGitEnvironment(),
    });
    const repository = await openRepository(root, {
      environment: isolatedGitEnvironment(),
      directory: join(folder.path, "worktrees"),
    });
    await using run = await repository.createRun({ run: "r1" });
    const workspace = await run.openWorkspace(0);
    await write(workspace, "a.md", "edited\n");
    await write(workspace, "new.bin", randomBytes(MIB));
    await run.land(String(await workspace.commit({ paths: "all", message: "x" })));
    await disk.fill();
    expect(await run.deliver()).toMatchObject({
      kind: "kept",
      reason: expect.stringContaining("no space on the disk"),
    });
    await rm(join(folder.path, "small/filler"));
    const { stdout } = await execa("git", ["status", "--porcelain"], {
      cwd: root,
      env: isolatedGitEnvironment(),
    });
    expect(stdout).toBe("");
    expect(await read({ path: root }, "a.md")).toBe("a\n");
    expect((await run.deliver()).kind).toBe("merged");
  });
});
