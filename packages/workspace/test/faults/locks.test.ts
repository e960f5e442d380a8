import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { edit, type WorkSetting, workSetting, write } from "../setting.ts";

async function gitDirOf(at: WorkSetting): Promise<string> {
  const { stdout } = await execa("git", ["rev-parse", "--absolute-git-dir"], {
    cwd: at.workspace.path,
  });
  return stdout;
}

describe("a lock that goes away in time", () => {
  test("of a worktree's index, of the run's branch", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    const index = join(await gitDirOf(at), "index.lock");
    await writeFile(index, "");
    const unlocked = delay(150).then(() => rm(index));
    await write(at.workspace, "a.md", "1\n");
    const commit = await at.workspace.commit({ paths: "all", message: "x" });
    await unlocked;

    const ref = join(at.sample.path, `.git/${at.run.ref}.lock`);
    await writeFile(ref, "");
    const freed = delay(150).then(() => rm(ref));
    expect((await at.run.land(String(commit))).kind).toBe("landed");
    await freed;
  });
});

describe("a lock that stays is an error that names it, and is not removed", () => {
  test("of a worktree's index while its task runs", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" }, lockTimeoutMs: 80 });
    const lock = join(await gitDirOf(at), "index.lock");
    await writeFile(lock, "");
    await write(at.workspace, "a.md", "1\n");
    await expect(at.workspace.changes([])).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining(lock),
    });
    await rm(lock);
    expect((await at.workspace.changes([])).inside).toHaveLength(1);
  });

  test("of the run's branch at landing: the commit lands once it is gone", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" }, lockTimeoutMs: 80 });
    const commit = await edit(at.workspace, "a.md", "1");
    const lock = join(at.sample.path, `.git/${at.run.ref}.lock`);
    await writeFile(lock, "");
    await expect(at.run.land(commit)).rejects.toMatchObject({ code: "LOCKED" });
    expect(at.run.tip()).toBe(at.run.base);
    await rm(lock);
    expect(await at.run.land(commit)).toEqual({ kind: "landed", commit });
  });

  test("of the branch that is to be made", async () => {
    await using at = await workSetting({ lockTimeoutMs: 80 });
    const lock = join(at.sample.path, ".git/refs/heads/cluster/r2.lock");
    await writeFile(lock, "");
    await expect(at.repository.createRun({ run: "r2" })).rejects.toMatchObject({ code: "LOCKED" });
    await rm(lock);
    await (await at.repository.createRun({ run: "r2" })).dispose();
  });

  test("patience ends with the signal", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" }, lockTimeoutMs: 60_000 });
    const lock = join(await gitDirOf(at), "index.lock");
    await writeFile(lock, "");
    const controller = new AbortController();
    const reason = new Error("enough");
    const waiting = at.workspace.changes([], { signal: controller.signal });
    const rejected = expect(waiting).rejects.toBe(reason);
    controller.abort(reason);
    await rejected;
    await rm(lock);
  });
});
