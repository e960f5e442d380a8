import { chmod, lstat, mkdir, readdir, readlink, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { isolatedGitEnvironment } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { begun, landed, plainFolder } from "./plain-folder.ts";

test("what an attempt did is told, kept and taken back: edits, files that came or went, links, modes", async () => {
  await using folder = await plainFolder({
    "a.txt": "one\ntwo\n",
    "gone.txt": "here\n",
    "run.sh": "x\n",
  });
  await folder.write("blob.bin", new Uint8Array([1, 0, 2]));
  await symlink("a.txt", join(folder.path, "link"));
  await using run = await (await folder.open()).createRun({ run: "r" });
  const files = ["a.txt", "gone.txt", "new/deep/b.txt", "run.sh", "blob.bin", "link"];
  const workspace = await begun(run, files, { task: "t" });

  await folder.write("a.txt", "one\n2\nthree\n");
  await rm(join(folder.path, "gone.txt"));
  await folder.write("new/deep/b.txt", "b\n");
  await chmod(join(folder.path, "run.sh"), 0o755);
  await folder.write("blob.bin", new Uint8Array([1, 0, 3]));
  await rm(join(folder.path, "link"));
  await symlink("run.sh", join(folder.path, "link"));

  const changes = await workspace.changes(files);
  const by = new Map(changes.inside.map((change) => [change.path, change]));
  expect(by.get("a.txt")).toMatchObject({ status: "modified", addedLines: 2, removedLines: 1 });
  expect(by.get("gone.txt")).toMatchObject({ status: "deleted", removedLines: 1 });
  expect(by.get("new/deep/b.txt")).toMatchObject({ status: "added", addedLines: 1 });
  expect(by.get("run.sh")).toMatchObject({ mode: ["100644", "100755"] });
  expect(by.get("blob.bin")).toMatchObject({ status: "modified", addedLines: null });
  expect(by.get("link")).toMatchObject({ status: "modified" });
  expect(changes.outside).toEqual([]);
  expect(await workspace.diff()).toContain("-two\n+2\n+three\n");

  const edit = await workspace.leave(null);
  expect(await folder.read("a.txt")).toBe("one\ntwo\n");
  expect(await folder.read("gone.txt")).toBe("here\n");
  expect((await readdir(folder.path)).includes("new")).toBe(false);
  expect((await stat(join(folder.path, "run.sh"))).mode & 0o777).toBe(0o644);
  expect(await readlink(join(folder.path, "link"))).toBe("a.txt");
  expect([...Buffer.from(await folder.read("blob.bin"))]).toEqual([1, 0, 2]);

  const kept = await run.park(edit ?? "", "t");
  const lines = (await readdir(join(kept, "files"), { recursive: true })).sort();
  expect(lines).toContain("new/deep/b.txt");
  // All that is text can be applied again.
  const options = { cwd: folder.path, env: isolatedGitEnvironment(), extendEnv: false };
  await execa("git", ["apply", "--exclude=blob.bin", join(kept, "edit.patch")], options);
  expect(await folder.read("a.txt")).toBe("one\n2\nthree\n");
  expect(await folder.read("new/deep/b.txt")).toBe("b\n");
  expect((await stat(join(folder.path, "run.sh"))).mode & 0o111).toBe(0o111);
  expect((await readdir(folder.path)).includes("gone.txt")).toBe(false);
  expect(await run.park(edit ?? "", "t")).toBe(kept);
});

test("an edit that lands stays, and the whole run can be taken back, newest first", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n", "b.txt": "0\n" });
  const run = await (await folder.open()).createRun({ run: "r" });
  for (const [token, text] of ["1\n", "2\n"].entries()) {
    const workspace = await begun(run, ["a.txt"], { task: "t", token });
    await folder.write("a.txt", text);
    await landed(run, workspace);
  }
  const other = await begun(run, ["b.txt", "c.txt"], { task: "u" });
  await folder.write("b.txt", "1\n");
  await folder.write("c.txt", "1\n");
  await landed(run, other);
  expect(await run.deliver()).toMatchObject({ kind: "in-place", folder: folder.path });
  await run.dispose();
  expect(await folder.read("a.txt")).toBe("2\n");

  await folder.write("b.txt", "mine\n");
  await using again = await (await folder.open()).reopenRun({ run: "r" });
  expect(await again.restore()).toEqual({ restored: ["a.txt"], changed: ["b.txt"] });
  expect(await folder.read("a.txt")).toBe("0\n");
  expect(await folder.read("b.txt")).toBe("mine\n");
  expect(await folder.read("c.txt")).toBe("1\n");
  await folder.write("b.txt", "1\n");
  expect(await again.restore()).toEqual({ restored: ["b.txt", "c.txt"], changed: [] });
  expect((await readdir(folder.path)).sort()).toEqual(["a.txt", "b.txt"]);
  expect(await again.restore()).toEqual({ restored: [], changed: [] });
});

test("an edit whose file somebody else changed since is a conflict, and theirs stays", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n", "b.txt": "0\n" });
  await using run = await (await folder.open()).createRun({ run: "r" });
  const workspace = await begun(run, ["a.txt", "b.txt"], { task: "t" });
  await folder.write("a.txt", "tool\n");
  await folder.write("b.txt", "tool\n");
  const edit = (await workspace.commit({ paths: "all" })) ?? "";
  await workspace.leave(edit);
  await folder.write("b.txt", "user\n");
  expect(await run.land(edit)).toEqual({ kind: "conflict", files: ["b.txt"] });
  expect(await folder.read("a.txt")).toBe("0\n");
  expect(await folder.read("b.txt")).toBe("user\n");
  expect(await run.hasCommit(edit)).toBe(true);
  // Its files are free again.
  await (await begun(run, ["a.txt", "b.txt"], { task: "t", token: 2 })).leave(null);
});

test("what is written after the edit was committed is not lost either", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n" });
  await using run = await (await folder.open()).createRun({ run: "r" });
  const workspace = await begun(run, ["a.txt"], { task: "t" });
  await folder.write("a.txt", "tool\n");
  await workspace.commit({ paths: "all" });
  await folder.write("a.txt", "late\n");
  expect(await workspace.leave(null)).toBeNull();
  expect(await folder.read("a.txt")).toBe("0\n");
  const kept = await readdir(join(run.state, "kept"), { recursive: true });
  expect(kept).toContain("t-attempt-1-late/files/a.txt");
});

test("a folder that a tool made of a file is moved aside whole", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n" });
  await using run = await (await folder.open()).createRun({ run: "r" });
  const workspace = await begun(run, ["a.txt"], { task: "t" });
  await rm(join(folder.path, "a.txt"));
  await mkdir(join(folder.path, "a.txt"));
  await folder.write("a.txt/inside.txt", "kept\n");
  await workspace.leave(null);
  expect(await folder.read("a.txt")).toBe("0\n");
  const aside = await readdir(join(run.state, "aside"), { recursive: true });
  expect(aside.some((name) => name.endsWith("inside.txt"))).toBe(true);
});

test("a file that may not be written, and one that is linked to, come back as they were", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n", "b.txt": "0\n" });
  await chmod(join(folder.path, "a.txt"), 0o444);
  await symlink("b.txt", join(folder.path, "link"));
  const { ino } = await lstat(join(folder.path, "b.txt"));
  await using run = await (await folder.open()).createRun({ run: "r" });
  const workspace = await begun(run, ["a.txt", "link"], { task: "t" });
  await rm(join(folder.path, "a.txt"));
  await folder.write("a.txt", "tool\n");
  await folder.write("link", "tool\n");
  expect((await workspace.changes([])).inside.map(({ path }) => path)).toEqual(["a.txt", "b.txt"]);
  await workspace.leave(null);
  expect((await stat(join(folder.path, "a.txt"))).mode & 0o777).toBe(0o444);
  expect(await folder.read("b.txt")).toBe("0\n");
  expect((await lstat(join(folder.path, "b.txt"))).ino).toBe(ino);
});

test("a folder above a file that became a link is not written through", async () => {
  await using folder = await plainFolder({ "sub/a.txt": "0\n", "elsewhere/a.txt": "mine\n" });
  const run = await (await folder.open()).createRun({ run: "r" });
  const workspace = await begun(run, ["sub/a.txt"], { task: "t" });
  await rm(join(folder.path, "sub"), { recursive: true });
  await symlink("elsewhere", join(folder.path, "sub"));
  await expect(workspace.leave(null)).rejects.toMatchObject({ code: "WORKSPACE_ESCAPE" });
  expect(await folder.read("elsewhere/a.txt")).toBe("mine\n");
  await rm(join(folder.path, "sub"));
  await run.dispose();
  expect(await folder.read("sub/a.txt")).toBe("0\n");
});

test.each([
  { files: ["sub"], code: "NOT_A_FILE" },
  { files: ["../a.txt"], code: "PATH_OUTSIDE" },
])("files $files are refused with $code, and nothing is held", async ({ files, code }) => {
  await using folder = await plainFolder({ "sub/a.txt": "0\n" });
  const run = await (await folder.open()).createRun({ run: "r" });
  await expect(begun(run, files, { task: "t" })).rejects.toMatchObject({ code });
  await (await begun(run, ["sub/a.txt"], { task: "u" })).leave(null);
  await run.dispose();
  // A run that changed nothing leaves nothing.
  expect(await readdir(join(folder.state), { recursive: true })).not.toContain("record.jsonl");
});
