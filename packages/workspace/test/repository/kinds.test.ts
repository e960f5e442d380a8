import { join } from "node:path";
import { isolatedGitEnvironment, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { openRepository, type Repository } from "../../src/index.ts";
import { edit, read, setting, workSetting, write } from "../setting.ts";

const environment = isolatedGitEnvironment();

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa("git", args, { cwd, env: environment, extendEnv: false });
  return stdout;
}

/** One whole run: two commits, the second of which lands behind the first, and the delivery. */
async function wholeRun(repository: Repository, one: string, two: string): Promise<void> {
  await using run = await repository.createRun({ run: "whole" });
  const workspace = await run.openWorkspace(0);
  const first = await edit(workspace, one, "first");
  await workspace.reset();
  const second = await edit(workspace, two, "second");
  expect((await run.land(first)).kind).toBe("landed");
  expect((await run.land(second)).kind).toBe("landed");
  expect(await run.deliver()).toMatchObject({ kind: "merged" });
  expect(await read({ path: repository.root }, one)).toContain("first");
  expect(await read({ path: repository.root }, two)).toContain("second");
}

test("a repository of SHA-256", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, "root");
  await git(folder.path, "init", "-q", "-b", "main", "--object-format=sha256", root);
  await write({ path: root }, "a.md", "a\n");
  await write({ path: root }, "b.md", "b\n");
  await git(root, "add", ".");
  await git(root, "commit", "-qm", "Begin");
  const repository = await openRepository(root, { environment, directory: join(folder.path, "w") });
  expect(repository.objectFormat).toBe("sha256");
  expect((await repository.head()).commit).toHaveLength(64);
  await wholeRun(repository, "a.md", "b.md");
  await using run = await repository.createRun({ run: "more" });
  const workspace = await run.openWorkspace(0);
  await write(workspace, "a.md", "changed\n");
  await write(workspace, "outside.md", "x");
  const commit = await workspace.commit({ paths: ["a.md"], message: "x" });
  expect(await git(root, "show", "--name-only", "--format=", String(commit))).toBe("a.md");
  expect(await run.park(String(commit), "t")).toBe("refs/cluster/more/t");
});

test("a shallow clone", async () => {
  await using sample = await sampleRepository({ files: { "a.md": "a\n", "b.md": "b\n" } });
  await sample.write("a.md", "a2\n");
  await sample.commit("second");
  await using folder = await temporaryFolder();
  const root = join(folder.path, "root");
  await git(folder.path, "clone", "-q", "--depth=1", `file://${sample.path}`, root);
  const repository = await openRepository(root, { environment, directory: join(folder.path, "w") });
  await wholeRun(repository, "a.md", "b.md");
  expect(await git(root, "rev-parse", "--is-shallow-repository")).toBe("true");
});

test("a repository with a submodule, and that submodule itself", async () => {
  await using inner = await sampleRepository({ files: { "i.md": "i\n", "j.md": "j\n" } });
  await using outer = await sampleRepository({ files: { "a.md": "a\n", "b.md": "b\n" } });
  await outer.git(
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "--quiet",
    "add",
    inner.path,
    "sub",
  );
  await outer.git("config", "submodule.recurse", "true");
  await outer.commit("Add a submodule");
  await using folder = await temporaryFolder();
  const open = (path: string) => openRepository(path, { environment, directory: folder.path });
  await wholeRun(await open(outer.path), "a.md", "b.md");
  expect(await outer.read("sub/i.md")).toBe("i\n");
  expect(await outer.git("status", "--porcelain")).toBe("");
  await wholeRun(await open(join(outer.path, "sub")), "i.md", "j.md");
  expect(await outer.git("diff", "--submodule=short", "--name-only")).toBe("sub");
});

test("filters such as LFS's: files are whole in the workspace, pointers in the commit", async () => {
  await using at = await workSetting({
    files: { "a.md": "plain\n" },
    async prepare(sample) {
      await sample.git("config", "filter.rot.clean", "tr a-z n-za-m");
      await sample.git("config", "filter.rot.smudge", "tr a-z n-za-m");
      await sample.git("config", "filter.rot.required", "true");
      await sample.write(".gitattributes", "*.big filter=rot -text\n");
      await sample.write("x.big", "hello\n");
      await sample.commit("Add a filtered file");
    },
  });
  expect(await at.sample.git("cat-file", "-p", "HEAD:x.big")).toBe("uryyb");
  expect(await read(at.workspace, "x.big")).toBe("hello\n");
  expect((await at.workspace.changes([])).inside).toEqual([]);
  const commit = await edit(at.workspace, "x.big", "more");
  expect(await at.sample.git("cat-file", "-p", `${commit}:x.big`)).toBe("uryyb\nzber");
  await at.run.land(commit);
  expect((await at.run.deliver()).kind).toBe("merged");
  expect(await at.sample.read("x.big")).toBe("hello\nmore\n");
});

test.each([
  ["filter.big.process", "no-such-filter filter-process"],
  ["filter.big.smudge", "exit 3;"],
])("a filter that does not run, as LFS's where it is not installed: %s", async (key, command) => {
  await using at = await setting({
    files: { ".gitattributes": "*.big filter=big\n", "x.big": "pointer\n" },
    async prepare(sample) {
      await sample.git("config", key, command);
      await sample.git("config", "filter.big.required", "true");
    },
  });
  await using run = await at.repository.createRun({ run: "r1" });
  await expect(run.openWorkspace(0)).rejects.toMatchObject({
    code: "FILTER_FAILED",
    message: expect.stringContaining("git lfs install"),
  });
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
});

test("a sparse checkout stays sparse", async () => {
  await using sample = await sampleRepository({
    files: { "in/a.md": "a\n", "in/b.md": "b\n", "out/c.md": "c\n" },
  });
  await sample.git("sparse-checkout", "set", "in");
  await using folder = await temporaryFolder();
  const repository = await openRepository(sample.path, { environment, directory: folder.path });
  await wholeRun(repository, "in/a.md", "in/b.md");
  expect(await sample.git("ls-files", "-t")).toContain("S out/c.md");
  expect(await sample.git("ls-tree", "-r", "--name-only", "HEAD")).toContain("out/c.md");
  expect(await sample.git("status", "--porcelain")).toBe("");
});

test("a linked worktree of the user's gets the delivery, and the main one is left alone", async () => {
  await using sample = await sampleRepository({ files: { "a.md": "a\n", "b.md": "b\n" } });
  await using folder = await temporaryFolder();
  const linked = join(folder.path, "linked");
  await sample.git("worktree", "add", "-q", "-b", "side", linked);
  const before = await sample.git("rev-parse", "main");
  await wholeRun(
    await openRepository(linked, { environment, directory: join(folder.path, "w") }),
    "a.md",
    "b.md",
  );
  expect(await git(linked, "status", "--porcelain")).toBe("");
  expect(await sample.git("rev-parse", "main")).toBe(before);
  expect(await sample.read("a.md")).toBe("a\n");
});
