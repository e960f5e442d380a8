import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { edit, type WorkSetting, workSetting, write } from "../setting.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n", "dir/c.md": "c\n" };

async function landed(at: WorkSetting, path = "a.md", line = "run"): Promise<string> {
  await at.workspace.reset();
  await at.run.land(await edit(at.workspace, path, line));
  return at.run.tip();
}

/** It stays, for a reason, with a command that works; the checkout is as it was. */
async function expectKept(
  at: WorkSetting,
  reason: RegExp,
  command = "git merge cluster/r1",
): Promise<void> {
  const before = [
    await at.sample.git("status", "--porcelain"),
    await at.sample.git("rev-parse", "HEAD"),
  ];
  const delivery = await at.run.deliver();
  expect(delivery).toEqual({
    kind: "kept",
    branch: "cluster/r1",
    reason: expect.stringMatching(reason),
    command,
  });
  const after = [
    await at.sample.git("status", "--porcelain"),
    await at.sample.git("rev-parse", "HEAD"),
  ];
  expect(after).toEqual(before);
  await at.run.dispose();
  expect(await at.sample.git("rev-parse", at.run.ref)).toBe(at.run.tip());
}

describe("into a clean checkout", () => {
  test("by fast-forward: branch, index and files, and the run's branch is gone", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.workspace.reset();
    await write(at.workspace, "new/x.md", "new\n");
    await at.run.land(String(await at.workspace.commit({ paths: "all", message: "new" })));
    const tip = at.run.tip();
    expect(await at.run.deliver()).toEqual({ kind: "merged", branch: "main", commit: tip });
    expect(await at.repository.head()).toEqual({ branch: "main", commit: tip });
    expect(await at.sample.git("status", "--porcelain")).toBe("");
    expect(await at.sample.read("a.md")).toBe("a\nrun\n");
    expect(await at.sample.read("new/x.md")).toBe("new\n");
    expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
    expect(await at.sample.git("reflog", "-1", "--format=%gs")).toBe("cluster: deliver run r1");
  });

  test("by a merge when the branch has moved", async () => {
    await using at = await workSetting({ files: FILES });
    const tip = await landed(at);
    await at.sample.write("b.md", "by the user\n");
    const user = await at.sample.commit("by the user");
    const delivery = await at.run.deliver();
    expect(delivery).toMatchObject({ kind: "merged", branch: "main" });
    expect(await at.sample.git("rev-parse", "HEAD^1", "HEAD^2")).toBe(`${user}\n${tip}`);
    expect(await at.sample.read("a.md")).toBe("a\nrun\n");
    expect(await at.sample.read("b.md")).toBe("by the user\n");
    expect(await at.sample.git("status", "--porcelain")).toBe("");
  });

  test("with untracked and ignored files that are in nobody's way", async () => {
    await using at = await workSetting({ files: { ...FILES, ".gitignore": "*.log\n" } });
    await landed(at);
    await at.sample.write("untracked.md", "mine\n");
    await at.sample.write("x.log", "mine\n");
    expect((await at.run.deliver()).kind).toBe("merged");
    expect(await at.sample.read("untracked.md")).toBe("mine\n");
    expect(await at.sample.read("x.log")).toBe("mine\n");
  });

  test("whose files were only touched", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await utimes(join(at.sample.path, "a.md"), 1, 1);
    expect((await at.run.deliver()).kind).toBe("merged");
  });

  test("a file that became a folder and one that was deleted", async () => {
    await using at = await workSetting({ files: FILES });
    await at.workspace.reset();
    await rm(join(at.workspace.path, "a.md"));
    await write(at.workspace, "a.md/inner.md", "inner, of other words\n");
    await rm(join(at.workspace.path, "dir"), { recursive: true });
    await write(at.workspace, "dir", "a file now\n");
    await at.run.land(String(await at.workspace.commit({ paths: "all", message: "x" })));
    expect((await at.run.deliver()).kind).toBe("merged");
    expect(await at.sample.read("a.md/inner.md")).toBe("inner, of other words\n");
    expect(await at.sample.read("dir")).toBe("a file now\n");
    expect(await at.sample.git("status", "--porcelain")).toBe("");
  });

  test("nothing landed: nothing to deliver, and no branch", async () => {
    await using at = await workSetting({ files: FILES });
    expect(await at.run.deliver()).toEqual({ kind: "nothing" });
    expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
  });

  test("what the user merged meanwhile is merged", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.sample.git("merge", "-q", "--no-ff", "-m", "by hand", "cluster/r1");
    const commit = await at.sample.git("rev-parse", "HEAD");
    expect(await at.run.deliver()).toEqual({ kind: "merged", branch: "main", commit });
    expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
  });
});

describe("it stays on its branch", () => {
  test("when a tracked file is changed, although another one", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.sample.write("b.md", "by the user\n");
    await expectKept(at, /not committed in "b\.md"/);
    await at.sample.git("checkout", "-q", "b.md");
    await at.sample.git("merge", "-q", "cluster/r1");
    expect(await at.sample.read("a.md")).toBe("a\nrun\n");
  });

  test("when something is staged", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.sample.write("staged.md", "x");
    await at.sample.git("add", "staged.md");
    await expectKept(at, /staged\.md/);
  });

  test("when an untracked file would be overwritten", async () => {
    await using at = await workSetting({ files: FILES });
    await at.workspace.reset();
    await write(at.workspace, "new/deep.md", "of the run\n");
    await at.run.land(String(await at.workspace.commit({ paths: "all", message: "x" })));
    await at.sample.write("new/deep.md", "of the user\n");
    await expectKept(at, /untracked files are in the way: "new\/deep\.md"/);
    expect(await at.sample.read("new/deep.md")).toBe("of the user\n");
  });

  test("when an ignored file would be overwritten, or stands where a folder must be", async () => {
    await using at = await workSetting({ files: { ...FILES, ".gitignore": ".env\nbuild\n" } });
    await at.workspace.reset();
    await write(at.workspace, ".gitignore", "");
    await write(at.workspace, ".env", "of the run\n");
    await write(at.workspace, "build/x", "of the run\n");
    await at.run.land(String(await at.workspace.commit({ paths: "all", message: "x" })));
    await at.sample.write(".env", "SECRET\n");
    await at.sample.write("build", "of the user\n");
    await expectKept(at, /untracked files are in the way: ".env", "build"/);
    expect(await at.sample.read(".env")).toBe("SECRET\n");
    expect(await at.sample.read("build")).toBe("of the user\n");
  });

  test("when a folder of ignored files stands where a file must be", async () => {
    await using at = await workSetting({ files: { ...FILES, ".gitignore": "build\n" } });
    await at.workspace.reset();
    await write(at.workspace, ".gitignore", "");
    await write(at.workspace, "build", "of the run\n");
    await at.run.land(String(await at.workspace.commit({ paths: "all", message: "x" })));
    await at.sample.write("build/output", "of the user\n");
    await expectKept(at, /untracked files are in the way: "build\/output"/);
    expect(await at.sample.read("build/output")).toBe("of the user\n");
  });

  test("when it conflicts with what the branch got since", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.sample.write("a.md", "by the user\n");
    await at.sample.commit("by the user");
    await expectKept(at, /conflicts with what main has got since, in a\.md/);
  });

  test("when HEAD is detached, at the beginning or at the end", async () => {
    await using at = await workSetting({
      files: FILES,
      prepare: (sample) => sample.git("switch", "-q", "--detach"),
    });
    await landed(at);
    await expectKept(at, /detached/);

    await using later = await workSetting({ files: FILES });
    await landed(later);
    await later.sample.git("switch", "-q", "--detach");
    await expectKept(later, /detached/, "git switch main && git merge cluster/r1");
  });

  test("when another branch is checked out by now", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.sample.git("switch", "-qc", "topic");
    const command = "git switch main && git merge cluster/r1";
    await expectKept(at, /began on main, and now topic/, command);
  });

  test("when a merge is not finished, although nothing is changed", async () => {
    await using at = await workSetting({ files: FILES });
    await landed(at);
    await at.sample.git("switch", "-qc", "side");
    await at.sample.git("commit", "-q", "--allow-empty", "-m", "side");
    await at.sample.git("switch", "-q", "main");
    await at.sample.git("merge", "-q", "--no-ff", "--no-commit", "side");
    await expectKept(at, /a merge is not finished/);
  });

  test("when git's lock on the checkout stays", async () => {
    await using at = await workSetting({ files: FILES, lockTimeoutMs: 100 });
    await landed(at);
    await at.sample.write(".git/index.lock", "");
    await expectKept(at, /index\.lock/);
    expect(await at.sample.read("a.md")).toBe("a\n");
  });
});

test("while it holds HEAD, nobody else can move the branch; afterwards they can", async () => {
  await using at = await workSetting({ files: FILES });
  await landed(at);
  // A filter that git runs while the checkout is updated: the moment to look from outside.
  const seen = join(at.sample.path, ".git/seen");
  await at.sample.git(
    "config",
    "filter.look.smudge",
    `sh -c 'git commit -q --allow-empty -m intruder 2> "${seen}"; cat'`,
  );
  await mkdir(join(at.sample.path, ".git/info"), { recursive: true });
  await at.sample.write(".git/info/attributes", "a.md filter=look\n");
  expect((await at.run.deliver()).kind).toBe("merged");
  const words = await waitFor(() => at.sample.read(".git/seen"));
  expect(words).toMatch(/cannot lock ref|\.lock/);
  expect(await at.sample.git("log", "--format=%s")).not.toContain("intruder");
  await at.sample.git("commit", "-q", "--allow-empty", "-m", "afterwards");
});

test("a branch that git cannot move takes the checkout back to where it was", async () => {
  await using at = await workSetting({ files: FILES });
  await landed(at);
  // Git can lock the branch and not write its log: it fails after the checkout was moved.
  const log = join(at.sample.path, ".git/logs/refs/heads/main");
  await rm(log);
  await mkdir(log);
  await writeFile(join(log, "in-the-way"), "");
  await expectKept(at, /main|HEAD/);
  expect(await at.sample.read("a.md")).toBe("a\n");
});

test("a checkout that git cannot update is left as it was", async () => {
  await using at = await workSetting({ files: FILES });
  await landed(at);
  await landed(at, "b.md");
  await at.workspace.reset();
  await write(at.workspace, "0-new.md", "new\n");
  await at.run.land(String(await at.workspace.commit({ paths: "all", message: "x" })));
  // A filter that must work and does not, for the new content of the last of the files.
  const smudge = `c=$(cat); case "$c" in *run*) exit 1 ;; esac; printf '%s\\n' "$c"`;
  await at.sample.git("config", "filter.broken.smudge", smudge);
  await at.sample.git("config", "filter.broken.clean", "cat");
  await at.sample.git("config", "filter.broken.required", "true");
  await mkdir(join(at.sample.path, ".git/info"), { recursive: true });
  await at.sample.write(".git/info/attributes", "b.md filter=broken\n");
  await expectKept(at, /could not update the checkout/);
  expect(await at.sample.read("a.md")).toBe("a\n");
  await expect(at.sample.read("0-new.md")).rejects.toThrow("ENOENT");
});

test("an edit of the user's at the last moment is neither lost nor mixed in", async () => {
  await using at = await workSetting({ files: FILES });
  await landed(at);
  // A git that lets the user save a file just before the checkout is updated.
  await using folder = await temporaryFolder();
  const { stdout: git } = await execa("which", ["git"]);
  const script = `#!/bin/sh
case "$1" in read-tree) echo 'of the user' > '${join(at.sample.path, "a.md")}' ;; esac
exec '${git}' "$@"
`;
  await writeFile(join(folder.path, "git"), script, { mode: 0o755 });
  const repository = await at.open({
    environment: { ...at.environment, PATH: `${folder.path}:${process.env.PATH}` },
  });
  await using run = await repository.createRun({ run: "r2" });
  await run.land(await edit(await run.openWorkspace(0), "a.md", "of the run"));
  expect(await run.deliver()).toMatchObject({
    kind: "kept",
    reason: expect.stringContaining("could not update the checkout"),
  });
  expect(await at.sample.read("a.md")).toBe("of the user\n");
  expect(await at.sample.git("rev-parse", "HEAD")).toBe(run.base);
});
