import { appendFile, chmod, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { FileChange } from "../../src/index.ts";
import { read, type WorkSetting, workSetting, write } from "../setting.ts";

const ODD = [
  "-dash.md",
  'quote".md',
  "new\nline.md",
  "spa ce.md",
  "tab\t.md",
  "ü/日本.md",
  "*.md",
  "[a].md",
];

/** What changed, without saying which of it was asked for. */
async function all(at: WorkSetting): Promise<readonly FileChange[]> {
  return (await at.workspace.changes([])).inside;
}

async function git(at: WorkSetting, ...args: readonly string[]): Promise<void> {
  await execa("git", args, { cwd: at.workspace.path, env: at.environment, extendEnv: false });
}

describe("each kind of change", () => {
  test("added, modified and deleted, with their lines", async () => {
    await using at = await workSetting({ files: { "a.md": "1\n2\n3\n", "b.md": "1\n2\n" } });
    await write(at.workspace, "a.md", "1\ntwo\n3\nfour\n");
    await rm(join(at.workspace.path, "b.md"));
    await write(at.workspace, "deep/er/new.md", "nothing\nalike\n");
    expect(await all(at)).toEqual([
      { path: "a.md", status: "modified", addedLines: 2, removedLines: 1 },
      { path: "b.md", status: "deleted", addedLines: 0, removedLines: 2 },
      { path: "deep/er/new.md", status: "added", addedLines: 2, removedLines: 0 },
    ]);
  });

  test("renamed, with its path before", async () => {
    await using at = await workSetting({ files: { "a b.md": "1\n2\n3\n4\n5\n" } });
    await rename(join(at.workspace.path, "a b.md"), join(at.workspace.path, "c\nd.md"));
    await appendFile(join(at.workspace.path, "c\nd.md"), "6\n");
    expect(await all(at)).toEqual([
      { path: "c\nd.md", from: "a b.md", status: "renamed", addedLines: 1, removedLines: 0 },
    ]);
  });

  test("an executable bit, a link instead of a file, an empty file", async () => {
    await using at = await workSetting({ files: { "run.sh": "x\n", "a.md": "a\n" } });
    await chmod(join(at.workspace.path, "run.sh"), 0o755);
    await rm(join(at.workspace.path, "a.md"));
    await symlink("run.sh", join(at.workspace.path, "a.md"));
    await write(at.workspace, "empty", "");
    expect(await all(at)).toEqual([
      {
        path: "a.md",
        status: "type-changed",
        addedLines: 1,
        removedLines: 1,
        mode: ["100644", "120000"],
      },
      { path: "empty", status: "added", addedLines: 0, removedLines: 0 },
      {
        path: "run.sh",
        status: "modified",
        addedLines: 0,
        removedLines: 0,
        mode: ["100644", "100755"],
      },
    ]);
  });

  test("a binary file has no lines", async () => {
    await using at = await workSetting({ files: { "a.bin": new Uint8Array([0, 1, 2]) } });
    await write(at.workspace, "a.bin", new Uint8Array([0, 1, 3]));
    expect(await all(at)).toEqual([
      { path: "a.bin", status: "modified", addedLines: null, removedLines: null },
    ]);
  });

  test("a file replaced by a folder, and a folder by a file", async () => {
    await using at = await workSetting({ files: { a: "a\n", "b/c": "other words\n" } });
    await rm(join(at.workspace.path, "a"));
    await write(at.workspace, "a/x.md", "wholly different\nlines\n");
    await rm(join(at.workspace.path, "b"), { recursive: true });
    await write(at.workspace, "b", "now a file\n");
    const changes = await all(at);
    expect(changes.map(({ path, status }) => `${status} ${path}`).sort()).toEqual([
      "added a/x.md",
      "added b",
      "deleted a",
      "deleted b/c",
    ]);
  });
});

test("odd names, on both sides of the line between inside and outside", async () => {
  await using at = await workSetting({
    files: Object.fromEntries(ODD.map((path) => [path, `${path}\n`])),
  });
  for (const path of ODD) await appendFile(join(at.workspace.path, path), "more\n");
  for (const path of ODD) await write(at.workspace, `new/${path}`, `${path} is new\n`);
  const { inside, outside } = await at.workspace.changes(ODD);
  expect(inside.map(({ path }) => path).sort()).toEqual([...ODD].sort());
  expect(
    inside.every(({ addedLines, removedLines }) => addedLines === 1 && removedLines === 0),
  ).toBe(true);
  expect(outside.map(({ path }) => path).sort()).toEqual(ODD.map((path) => `new/${path}`).sort());
  expect(
    outside.every(({ status, addedLines }) => status === "added" && Number(addedLines) > 0),
  ).toBe(true);
});

describe("what is inside", () => {
  test("a folder stands for all below it, and not for what only begins like it", async () => {
    await using at = await workSetting();
    for (const path of ["src/a/x.md", "src/ab.md", "src/a.md"])
      await write(at.workspace, path, path);
    const { inside, outside } = await at.workspace.changes(["src/a/"]);
    expect(inside.map(({ path }) => path)).toEqual(["src/a/x.md"]);
    expect(outside.map(({ path }) => path)).toEqual(["src/a.md", "src/ab.md"]);
  });

  test("a rename is inside with both its ends only: half of it would be a loss", async () => {
    await using at = await workSetting({ files: { "a.md": "1\n2\n3\n" } });
    await rename(join(at.workspace.path, "a.md"), join(at.workspace.path, "b.md"));
    expect((await at.workspace.changes(["a.md"])).inside).toEqual([]);
    expect((await at.workspace.changes(["b.md"])).inside).toEqual([]);
    expect((await at.workspace.changes(["a.md", "b.md"])).outside).toEqual([]);
  });

  test("no files, or the root, is everything", async () => {
    await using at = await workSetting();
    await write(at.workspace, "x.md", "x");
    expect((await at.workspace.changes([])).outside).toEqual([]);
    expect((await at.workspace.changes(["."])).inside).toHaveLength(1);
  });
});

describe("what is no change", () => {
  test("nothing, a file that was only touched, one that was changed and changed back", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n", "b.md": "b\n" } });
    expect(await all(at)).toEqual([]);
    await write(at.workspace, "a.md", "a\n");
    await write(at.workspace, "b.md", "x\n");
    expect(await all(at)).toHaveLength(1);
    await write(at.workspace, "b.md", "b\n");
    expect(await all(at)).toEqual([]);
  });

  test("new files that are ignored; but a tracked one counts although a pattern names it", async () => {
    await using at = await workSetting({
      files: { ".gitignore": "*.log\n", "a.md": "a\n" },
      async prepare(sample) {
        await sample.write("tracked.log", "x\n");
        await sample.git("add", "--force", "tracked.log");
        await sample.commit("Add a log");
      },
    });
    await write(at.workspace, "new.log", "x");
    await write(at.workspace, "tracked.log", "y\n");
    expect((await all(at)).map(({ path }) => path)).toEqual(["tracked.log"]);
  });

  test("line endings that .gitattributes converts", async () => {
    await using at = await workSetting({
      files: { ".gitattributes": "* text=auto eol=crlf\n", "a.md": "1\n2\n", "b.md": "1\n2\n" },
    });
    expect(await read(at.workspace, "a.md")).toBe("1\r\n2\r\n");
    await write(at.workspace, "a.md", "1\r\n2\r\n3\r\n");
    await write(at.workspace, "b.md", "1\n2\n");
    expect(await all(at)).toEqual([
      { path: "a.md", status: "modified", addedLines: 1, removedLines: 0 },
    ]);
  });

  test("line endings that core.autocrlf converts, even where core.safecrlf forbids it", async () => {
    await using at = await workSetting({
      files: { "a.md": "1\n2\n" },
      async prepare(sample) {
        await sample.git("config", "core.autocrlf", "true");
        await sample.git("config", "core.safecrlf", "true");
      },
    });
    expect(await read(at.workspace, "a.md")).toBe("1\r\n2\r\n");
    await write(at.workspace, "a.md", "1\n2\n");
    await write(at.workspace, "mixed.md", "1\r\n2\n");
    expect((await all(at)).map(({ path }) => path)).toEqual(["mixed.md"]);
  });
});

describe("a tool that uses git itself", () => {
  test("commits of its own count, on whatever branch", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n", "b.md": "b\n" } });
    await appendFile(join(at.workspace.path, "a.md"), "more\n");
    await git(at, "commit", "-qam", "by the tool");
    await git(at, "switch", "-qc", "of-the-tool");
    await rm(join(at.workspace.path, "b.md"));
    await git(at, "commit", "-qam", "another");
    expect((await all(at)).map(({ path, status }) => `${status} ${path}`)).toEqual([
      "modified a.md",
      "deleted b.md",
    ]);
    const commit = await at.workspace.commit({ paths: "all", message: "Both" });
    expect(await at.sample.git("rev-parse", `${commit}^`)).toBe(at.run.base);
  });

  test("what it staged counts as it is on disk", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n", "b.md": "b\n" } });
    await write(at.workspace, "a.md", "staged\n");
    await git(at, "add", "a.md");
    await write(at.workspace, "a.md", "a\n");
    await git(at, "rm", "-q", "--cached", "b.md");
    expect(await all(at)).toEqual([]);
  });

  test("a repository that it made inside is evidence, not a failure", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    await mkdir(join(at.workspace.path, "without"));
    await execa("git", ["init", "-q", join(at.workspace.path, "without")], { env: at.environment });
    await execa("git", ["clone", "-q", at.sample.path, join(at.workspace.path, "cloned")], {
      env: at.environment,
    });
    await write(at.workspace, "a.md", "changed\n");
    const { inside, outside } = await at.workspace.changes(["a.md"]);
    expect(inside.map(({ path }) => path)).toEqual(["a.md"]);
    expect(outside.map(({ path }) => path).sort()).toEqual(["cloned", "without"]);
    // What git cannot hold is in no commit.
    const commit = await at.workspace.commit({ paths: ["a.md", "without"], message: "a" });
    expect(await at.sample.git("show", "--name-only", "--format=", String(commit))).toBe("a.md");
  });

  test("one with commits of its own lands nowhere, says why, and takes nothing along", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n", "sub/b.md": "b\n", c: "c\n" } });
    const { path } = at.workspace;
    await rm(join(path, "c"));
    for (const name of ["sub", "c", "new"]) {
      const folder = join(path, name);
      await execa("git", ["init", "-q", folder], { env: at.environment });
      await writeFile(join(folder, "x.md"), "x\n");
      for (const args of [
        ["add", "."],
        ["commit", "-qm", "x"],
      ]) {
        await execa("git", args, { cwd: folder, env: at.environment });
      }
    }
    await write(at.workspace, "a.md", "changed\n");
    const { inside } = await at.workspace.changes([]);
    expect(inside.map((change) => [change.path, "unlandable" in change])).toEqual([
      ["a.md", false],
      // What git tracks in it, git goes on to track.
      ["sub/x.md", false],
      ["c", true],
      ["new", true],
    ]);
    expect(inside[2]?.unlandable).toContain("a repository of its own");
    const commit = await at.workspace.commit({ paths: "all", message: "a" });
    expect(await at.sample.git("show", "--name-only", "--format=", String(commit))).toBe(
      "a.md\nsub/x.md",
    );
  });

  test("pipes in the place of files cost the other edits nothing", async () => {
    await using at = await workSetting({
      files: { "a.md": "a\n", "b.md": "b\n", "c c.md": "c\n" },
    });
    const { path } = at.workspace;
    await rm(join(path, "b.md"));
    await execa("mkfifo", [join(path, "b.md")]);
    await rm(join(path, "c c.md"));
    await execa("mkfifo", [join(path, "c c.md")]);
    await write(at.workspace, "a.md", "changed\n");
    const { inside, outside } = await at.workspace.changes(["a.md", "b.md"]);
    expect(inside).toMatchObject([
      { path: "a.md", status: "modified" },
      { path: "b.md", status: "type-changed", unlandable: expect.stringContaining("a pipe") },
    ]);
    expect(outside).toMatchObject([{ path: "c c.md", status: "type-changed" }]);
    const commit = await at.workspace.commit({ paths: "all", message: "a" });
    expect(await at.sample.git("show", "--name-only", "--format=", String(commit))).toBe("a.md");
    await at.workspace.reset();
    expect(await read(at.workspace, "b.md")).toBe("b\n");
  });
});

describe("the patch", () => {
  test("of everything, or of the paths that are asked for", async () => {
    await using at = await workSetting({ files: { "-a b.md": "a\n", "*.md": "b\n" } });
    await write(at.workspace, "-a b.md", "ä\n");
    await write(at.workspace, "*.md", "changed\n");
    await write(at.workspace, "new.md", "new\n");
    const whole = await at.workspace.diff();
    expect(whole).toContain("+ä");
    expect(whole).toContain("+changed");
    expect(whole).toContain("+new");
    const part = await at.workspace.diff(["*.md"]);
    expect(part).toContain("+changed");
    expect(part).not.toContain("+new");
    expect(await at.workspace.diff([])).toBe("");
  });

  test("without what the user's configuration would make of it", async () => {
    await using at = await workSetting({
      files: { "a.md": "a\n", ".gitattributes": "*.md diff=shout\n" },
      async prepare(sample) {
        await sample.git("config", "diff.external", "false");
        await sample.git("config", "diff.shout.textconv", "tr a-z A-Z <");
        await sample.git("config", "color.ui", "always");
        await sample.git("config", "diff.noprefix", "true");
      },
    });
    await write(at.workspace, "a.md", "changed\n");
    expect(await at.workspace.diff()).toContain(
      "--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-a\n+changed\n",
    );
  });
});
