import { existsSync } from "node:fs";
import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { edit, setting } from "../setting.ts";

test("worktrees and their records are gone, the branch too when nothing landed", async () => {
  await using at = await setting();
  const run = await at.repository.createRun({ run: "r1" });
  await Promise.all([0, 1, 2, 3, 4].map((index) => run.openWorkspace(index)));
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(6);
  await run.dispose();
  await run.dispose();
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
  expect(await readdir(at.worktrees)).toEqual([]);
  expect(existsSync(join(at.sample.path, ".git/worktrees"))).toBe(false);
  expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
  await expect(run.openWorkspace(0)).rejects.toMatchObject({ code: "WORKSPACE_CLOSED" });
});

test("what landed stays on its branch", async () => {
  await using at = await setting({ files: { "a.md": "a\n" } });
  const run = await at.repository.createRun({ run: "r1" });
  await run.land(await edit(await run.openWorkspace(0), "a.md", "1"));
  await run.dispose();
  expect(await at.sample.git("rev-parse", "cluster/r1")).toBe(run.tip());
});

test("a branch that the user has checked out stays, whether anything landed on it or not", async () => {
  await using at = await setting({ files: { "a.md": "a\n" } });
  const empty = await at.repository.createRun({ run: "r1" });
  await at.sample.git("switch", "-q", "cluster/r1");
  await empty.dispose();
  expect(await at.sample.git("rev-parse", "HEAD")).toBe(empty.base);
  await at.sample.git("switch", "-q", "main");

  await using run = await at.repository.createRun({ run: "r2" });
  await run.land(await edit(await run.openWorkspace(0), "a.md", "1"));
  const look = join(at.worktrees, "look");
  await at.sample.git("worktree", "add", "-q", look, "cluster/r2");
  expect(await run.deliver()).toMatchObject({ kind: "merged" });
  expect(await at.sample.git("-C", look, "status", "--porcelain", "-b")).toBe("## cluster/r2");
});

test("a worktree of the user's on a disk that is not there keeps its record", async () => {
  await using at = await setting();
  const unplugged = join(at.worktrees, "unplugged");
  await at.sample.git("worktree", "add", "-q", "-b", "side", unplugged);
  await rename(unplugged, `${unplugged}-away`);
  const run = await at.repository.createRun({ run: "r1" });
  await run.openWorkspace(0);
  await run.dispose();
  await rename(`${unplugged}-away`, unplugged);
  expect(await at.sample.git("-C", unplugged, "branch", "--show-current")).toBe("side");
});

test("a workspace that is being opened is waited for and removed", async () => {
  await using at = await setting();
  const run = await at.repository.createRun({ run: "r1" });
  const opening = run.openWorkspace(0);
  await run.dispose();
  expect(existsSync((await opening).path)).toBe(false);
});

test("one workspace for each instance, numbered from 0", async () => {
  await using at = await setting();
  await using run = await at.repository.createRun({ run: "r1" });
  const opening = run.openWorkspace(0);
  for (const index of [0, -1, 1.5, Number.NaN]) {
    await expect(run.openWorkspace(index)).rejects.toMatchObject({ code: "OPTION_INVALID" });
  }
  await opening;
});

test("worktrees are for the eyes of their user only, as the repository may be", async () => {
  await using at = await setting();
  await using run = await at.repository.createRun({ run: "r1" });
  const { path } = await run.openWorkspace(0);
  expect((await stat(dirname(path))).mode & 0o077).toBe(0);
});

test("an opening that is given up leaves nothing, and the place is free", async () => {
  await using at = await setting();
  await using run = await at.repository.createRun({ run: "r1" });
  const reason = new Error("enough");
  await expect(run.openWorkspace(0, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
  expect((await run.openWorkspace(0)).index).toBe(0);
});

test("a worktree that somebody pruned meanwhile is removed all the same", async () => {
  await using at = await setting();
  const run = await at.repository.createRun({ run: "r1" });
  const { path } = await run.openWorkspace(0);
  await rename(path, `${path}-away`);
  await at.sample.git("worktree", "prune");
  await rename(`${path}-away`, path);
  await run.dispose();
  expect(await readdir(at.worktrees)).toEqual([]);
  expect(existsSync(join(at.sample.path, ".git/worktrees"))).toBe(false);
});

test("what a killed process left under the same name is replaced", async () => {
  await using at = await setting();
  const first = await at.repository.createRun({ run: "r1" });
  const { path } = await first.openWorkspace(0);
  // Its process died here: folder, record and branch are left.
  await at.sample.git("branch", "-qD", "cluster/r1");
  await mkdir(join(path, "stale"));
  await writeFile(join(dirname(path), "1"), "in the way");
  await using again = await at.repository.createRun({ run: "r1" });
  const workspaces = [await again.openWorkspace(0), await again.openWorkspace(1)];
  expect(workspaces.map((workspace) => workspace.path)).toEqual([path, join(dirname(path), "1")]);
  expect(existsSync(join(path, "stale"))).toBe(false);
});
