import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { readConfined, writeConfined } from "../../src/files/confined-files.ts";
import { placeOf } from "../../src/files/place.ts";

test("a folder that becomes a link after the look at it leads nowhere", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, "work");
  const elsewhere = join(folder.path, "elsewhere");
  await mkdir(join(root, "a"), { recursive: true });
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, "old.txt"), "secret");
  const fresh = await placeOf(root, "a/new.txt");
  const old = await placeOf(root, "a/old.txt");
  await rename(join(root, "a"), join(root, "b"));
  await symlink(elsewhere, join(root, "a"));
  await expect(writeConfined(root, fresh, "x")).rejects.toThrow("outside the workspace");
  await expect(writeConfined(root, old, "x")).rejects.toThrow("outside the workspace");
  await expect(readConfined(root, old, {})).rejects.toThrow("outside the workspace");
  expect(await readdir(elsewhere)).toEqual(["old.txt"]);
  expect(await readFile(join(elsewhere, "old.txt"), "utf8")).toBe("secret");
});

test("no folder is made behind a link that a folder has become after the look at it", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, "work");
  const elsewhere = join(folder.path, "elsewhere");
  await mkdir(join(root, "a"), { recursive: true });
  await mkdir(elsewhere);
  const deep = await placeOf(root, "a/b/c/new.txt");
  await writeConfined(root, deep, "x");
  expect(await readFile(join(root, "a/b/c/new.txt"), "utf8")).toBe("x");
  await rename(join(root, "a"), join(root, "b"));
  await symlink(elsewhere, join(root, "a"));
  await expect(writeConfined(root, deep, "x")).rejects.toThrow("outside the workspace");
  expect(await readdir(elsewhere)).toEqual([]);
});

test("a file beside the workspace by `..` after a link lies outside, however it is read", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, "work");
  await mkdir(join(root, "in/deep"), { recursive: true });
  await mkdir(join(folder.path, "elsewhere/deep"), { recursive: true });
  await symlink("../elsewhere/deep", join(root, "out"));
  await symlink("in/deep", join(root, "near"));
  // To the system it is elsewhere/new.txt, to whoever shortens it first work/new.txt.
  expect(await placeOf(root, "out/../new.txt")).toMatchObject({ inside: false });
  expect(await placeOf(root, `${root}/out/../new.txt`)).toMatchObject({ inside: false });
  // To the system it is work/new.txt, to whoever shortens it first beside the workspace.
  expect(await placeOf(root, "near/../../new.txt")).toMatchObject({ inside: false });
  expect(await placeOf(root, "near/../new.txt")).toMatchObject({ inside: true });
  expect(await placeOf(root, "in/../new.txt")).toMatchObject({ inside: true, path: "new.txt" });
});

test("a pipe is no file, and is not waited for", async () => {
  await using folder = await temporaryFolder();
  execFileSync("mkfifo", [join(folder.path, "pipe")]);
  const place = await placeOf(folder.path, "pipe");
  await expect(readConfined(folder.path, place, {})).rejects.toThrow("not a file");
  await expect(writeConfined(folder.path, place, "x")).rejects.toThrow();
});

test("a part of a file is its lines, counted from 1", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.txt"), "1\n2\n3\n4");
  const place = await placeOf(folder.path, "a.txt");
  const part = (line?: number, limit?: number) => readConfined(folder.path, place, { line, limit });
  expect(await part()).toBe("1\n2\n3\n4");
  expect(await part(2, 2)).toBe("2\n3\n");
  expect(await part(4)).toBe("4");
  expect(await part(9)).toBe("");
  expect(await part(undefined, 1)).toBe("1\n");
});
