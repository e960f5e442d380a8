import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { Workspace } from "../../src/index.ts";
import { edit, read, type WorkSetting, workSetting, write } from "../setting.ts";

/** Runs git in a workspace, as a tool would. */
async function git({ workspace, environment }: WorkSetting, ...args: string[]): Promise<string> {
  const { stdout } = await execa("git", args, {
    cwd: workspace.path,
    env: environment,
    extendEnv: false,
  });
  return stdout;
}

/** The folder is what its base commit says, and nothing else is in it. */
async function expectExact(at: WorkSetting, workspace: Workspace = at.workspace): Promise<void> {
  expect(await git(at, "status", "--porcelain", "--ignored")).toBe("");
  expect(await git(at, "rev-parse", "HEAD")).toBe(workspace.base);
  expect(await workspace.changes([])).toEqual({ inside: [], outside: [] });
}

test("a workspace begins with the files of the run's tip, HEAD detached", async () => {
  await using at = await workSetting({ files: { "docs/a.md": "a\n" } });
  expect(await read(at.workspace, "docs/a.md")).toBe("a\n");
  expect(at.workspace.path.startsWith(at.worktrees)).toBe(true);
  expect(await git(at, "branch", "--show-current")).toBe("");
  await expectExact(at);
});

test("everything that a task left is gone: changed, staged, untracked, ignored, nested repositories", async () => {
  await using at = await workSetting({
    files: { "a.md": "a\n", "b.md": "b\n", "docs/c.md": "c\n", ".gitignore": "*.log\ncache/\n" },
  });
  const { workspace } = at;
  await write(workspace, "a.md", "changed\n");
  await git(at, "rm", "-q", "--cached", "b.md");
  await write(workspace, "new/deep/file.md", "x");
  await write(workspace, "run.log", "x");
  await write(workspace, "cache/-x y\n.bin", "x");
  await mkdir(join(workspace.path, "nested"));
  await execa("git", ["init", "-q"], { cwd: join(workspace.path, "nested"), env: at.environment });
  await rm(join(workspace.path, "docs"), { recursive: true });
  await write(workspace, "docs", "a file where a folder was");
  await workspace.reset();
  await expectExact(at);
  expect(await read(workspace, "docs/c.md")).toBe("c\n");
  expect(existsSync(join(workspace.path, "run.log"))).toBe(false);
});

test("the run's newest tip, or the commit that is asked for", async () => {
  await using at = await workSetting({ files: { "a.md": "a\n" } });
  const base = at.run.tip();
  const landed = await at.run.land(await edit(at.workspace, "a.md", "more"));
  await at.workspace.reset();
  expect(at.workspace.base).toBe(at.run.tip());
  expect(landed).toEqual({ kind: "landed", commit: at.run.tip() });
  expect(await read(at.workspace, "a.md")).toBe("a\nmore\n");
  await at.workspace.reset(base);
  expect(await read(at.workspace, "a.md")).toBe("a\n");
  await expectExact(at);
});

describe("a tool that uses git itself", () => {
  test("a branch that it checked out stays where it is", async () => {
    await using at = await workSetting({
      files: { "a.md": "a\n" },
      async prepare(sample) {
        await sample.git("branch", "of-the-user");
      },
    });
    await git(at, "switch", "-q", "of-the-user");
    await appendFile(join(at.workspace.path, "a.md"), "tool\n");
    await git(at, "commit", "-qam", "by the tool");
    const moved = await at.sample.git("rev-parse", "of-the-user");
    await at.run.land(await edit(at.workspace, "a.md", "landed"));
    await at.workspace.reset();
    await expectExact(at);
    expect(await at.sample.git("rev-parse", "of-the-user")).toBe(moved);
  });

  test("a merge in conflict is given up", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    await git(at, "switch", "-qc", "one");
    await write(at.workspace, "a.md", "one\n");
    await git(at, "commit", "-qam", "one");
    await git(at, "switch", "-q", "--detach", at.run.base);
    await write(at.workspace, "a.md", "two\n");
    await git(at, "commit", "-qam", "two");
    await expect(git(at, "merge", "one")).rejects.toThrow();
    await at.workspace.reset();
    await expectExact(at);
  });
});

describe("a tool that breaks its folder", () => {
  test("a removed or replaced .git is put back, and no repository above is touched", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    // A repository around the worktrees, as for people who keep their home folder in git.
    await execa("git", ["init", "-q"], { cwd: at.worktrees, env: at.environment });
    await writeFile(join(at.worktrees, "untracked-of-the-user"), "x");
    const pointer = join(at.workspace.path, ".git");
    const before = await readFile(pointer, "utf8");

    await rm(pointer);
    await write(at.workspace, "a.md", "changed\n");
    expect((await at.workspace.changes([])).inside).toHaveLength(1);
    await at.workspace.reset();
    expect(await readFile(pointer, "utf8")).toBe(before);

    await rm(pointer);
    await execa("git", ["init", "-q"], { cwd: at.workspace.path, env: at.environment });
    await at.workspace.reset();
    expect(await readFile(pointer, "utf8")).toBe(before);
    await expectExact(at);
    expect(await readFile(join(at.worktrees, "untracked-of-the-user"), "utf8")).toBe("x");
  });

  test("a removed folder is made again", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    await rm(at.workspace.path, { recursive: true });
    await at.workspace.reset();
    await expectExact(at);
    expect(await read(at.workspace, "a.md")).toBe("a\n");
  });

  test("a folder that became a link is refused: nothing is cleaned where it leads", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    const target = join(at.worktrees, "elsewhere");
    await mkdir(target);
    await writeFile(join(target, "precious"), "x");
    await rename(at.workspace.path, `${at.workspace.path}-moved`);
    await symlink(target, at.workspace.path);
    await expect(at.workspace.reset()).rejects.toMatchObject({ code: "WORKSPACE_ESCAPE" });
    expect(existsSync(join(target, "precious"))).toBe(true);
  });
});

test("a lock that a dead git left in the worktree's own folder does not stop the instance", async () => {
  await using at = await workSetting({ files: { "a.md": "a\n" }, lockTimeoutMs: 60 });
  const gitDir = await git(at, "rev-parse", "--absolute-git-dir");
  await writeFile(join(gitDir, "index.lock"), "");
  await write(at.workspace, "a.md", "changed\n");
  await at.workspace.reset();
  await expectExact(at);
});

test("a removed workspace says so", async () => {
  await using at = await workSetting();
  const { path } = at.workspace;
  await at.workspace.remove();
  await at.workspace.remove();
  expect(existsSync(path)).toBe(false);
  expect(await at.sample.git("worktree", "list")).not.toContain(path);
  const closed = { code: "WORKSPACE_CLOSED" };
  await expect(at.workspace.reset()).rejects.toMatchObject(closed);
  await expect(at.workspace.changes([])).rejects.toMatchObject(closed);
  await expect(at.workspace.diff()).rejects.toMatchObject(closed);
  await expect(at.workspace.commit({ paths: "all", message: "x" })).rejects.toMatchObject(closed);
  // The place is free again.
  expect((await at.run.openWorkspace(0)).path).toBe(path);
});
