import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  isolatedGitEnvironment,
  sampleRepository,
  type TemporaryFolder,
  temporaryFolder,
} from "@cluster/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { runGitHere } from "../../src/git/run-git.ts";
import { listWatched } from "../../src/in-place/folder-files.ts";
import { FolderLook } from "../../src/in-place/folder-look.ts";

let folder: TemporaryFolder;
let look: FolderLook;
let lists = 0;
let clock = 0;
const explained = new Set<string>();
/** What happens around a list. */
let before: (() => Promise<void>) | null = null;
let after: (() => Promise<void>) | null = null;

/** The kernel tells of changes here. */
const tells = process.platform === "linux";
const at = (path: string): string => join(folder.path, path);

async function changes(): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  await look.look(({ path, status }) => found.push([path, status]));
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

beforeEach(async () => {
  folder = await temporaryFolder();
  explained.clear();
  [lists, clock] = [0, 0];
  [before, after] = [null, null];
  await mkdir(at("sub/deep"), { recursive: true });
  await mkdir(at("empty/inner"), { recursive: true });
  for (const path of ["a", "b", "sub/c", "sub/deep/d"]) await writeFile(at(path), "0\n");
  look = new FolderLook({
    root: folder.path,
    list: async () => {
      lists += 1;
      clock += 1;
      await before?.();
      const found = await listWatched({ root: folder.path, git: null, except: [] });
      await after?.();
      // As git has it with `*.log` in its .gitignore.
      return { ...found, files: found.files.filter((path) => !path.endsWith(".log")) };
    },
    isExplained: (path) => explained.has(path),
    now: () => clock,
  });
  expect(await changes()).toEqual({});
});
afterEach(async () => {
  look[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

test("what is written, replaced, removed or moved is found without a look at every file", async () => {
  const listed = lists;
  await appendFile(at("a"), "1\n");
  await writeFile(at("draft.log"), "new\n");
  await rename(at("draft.log"), at("sub/c"));
  await rm(at("sub/deep/d"));
  expect(await changes()).toEqual({ a: "modified", "sub/c": "modified", "sub/deep/d": "deleted" });
  await utimes(at("b"), 1, 1);
  expect(await changes()).toEqual({ b: "modified" });
  expect(await changes()).toEqual({});
  if (tells) expect(lists).toBe(listed);
});

test("what comes is found, in folders that are new, were empty, or are moved as well", async () => {
  await writeFile(at("e"), "1\n");
  await writeFile(at("empty/inner/f"), "1\n");
  await mkdir(at("new/er"), { recursive: true });
  await writeFile(at("new/er/g"), "1\n");
  await symlink("a", at("link"));
  expect(await changes()).toEqual({
    e: "added",
    "empty/inner/f": "added",
    link: "added",
    "new/er/g": "added",
  });
  await appendFile(at("new/er/g"), "2\n");
  await rename(at("sub"), at("moved"));
  expect(await changes()).toEqual({
    "moved/c": "added",
    "moved/deep/d": "added",
    "new/er/g": "modified",
    "sub/c": "deleted",
    "sub/deep/d": "deleted",
  });
  await appendFile(at("moved/c"), "1\n");
  await rm(at("new"), { recursive: true });
  expect(await changes()).toEqual({ "moved/c": "modified", "new/er/g": "deleted" });
});

test("what is nobody's, or came and went, or is a task's own, is not looked for again and again", async () => {
  await writeFile(at("x.log"), "1\n");
  expect(await changes()).toEqual({});
  const listed = lists;
  await appendFile(at("x.log"), "2\n");
  await writeFile(at("gone"), "1\n");
  await rm(at("gone"));
  explained.add("own");
  await writeFile(at("own"), "1\n");
  expect(await changes()).toEqual({ own: "added" });
  await mkdir(at("__pycache__"));
  await writeFile(at("__pycache__/m.pyc"), "1\n");
  expect(await changes()).toEqual({});
  look.note("a");
  if (tells) expect(lists).toBe(listed);
});

test("every file is looked at now and then, whatever the kernel tells", async () => {
  const listed = lists;
  clock += 1_000;
  await appendFile(at("a"), "1\n");
  expect(await changes()).toEqual({ a: "modified" });
  expect(lists).toBeGreaterThan(listed);
});

test("what stands at a file is known when somebody has noted it", async () => {
  await appendFile(at("a"), "1\n");
  look.note("a");
  await rm(at("b"));
  look.note("b");
  expect(await changes()).toEqual({});
});

test("a folder that is made anew under its name is heard of like the one before", async () => {
  await rm(at("sub"), { recursive: true });
  await mkdir(at("sub/deep"), { recursive: true });
  await writeFile(at("sub/deep/d"), "0\n");
  expect(await changes()).toEqual({ "sub/c": "deleted", "sub/deep/d": "modified" });
  await appendFile(at("sub/deep/d"), "1\n");
  await writeFile(at("sub/new"), "1\n");
  expect(await changes()).toEqual({ "sub/deep/d": "modified", "sub/new": "added" });
});

test("a folder in the place of a file is heard of", async () => {
  await rm(at("a"));
  await mkdir(at("a"));
  await writeFile(at("a/f"), "0\n");
  expect(await changes()).toEqual({ a: "deleted", "a/f": "added" });
  await appendFile(at("a/f"), "1\n");
  expect(await changes()).toEqual({ "a/f": "modified" });
});

test("a file that is away while the list is made is not taken for nobody's", async () => {
  await appendFile(at("a"), "1\n");
  await writeFile(at("e"), "1\n");
  before = () => rename(at("a"), at("a.log"));
  after = () => rename(at("a.log"), at("a"));
  await changes();
  [before, after] = [null, null];
  await appendFile(at("a"), "2\n");
  expect(await changes()).toHaveProperty("a");
});

test("what was told before a look that failed is found by the next one", async () => {
  await appendFile(at("a"), "1\n");
  await writeFile(at("e"), "1\n");
  before = () => Promise.reject(new Error("git is not there"));
  await expect(changes()).rejects.toThrow("git is not there");
  before = null;
  expect(await changes()).toEqual({ a: "modified", e: "added" });
});

test("a folder that comes after the list, and before its parent is heard of, is heard of", async () => {
  await mkdir(at("new"));
  after = async () => {
    after = null;
    await mkdir(at("new/late"));
    await writeFile(at("new/late/f"), "0\n");
  };
  expect(await changes()).toEqual({ "new/late/f": "added" });
  await appendFile(at("new/late/f"), "1\n");
  expect(await changes()).toEqual({ "new/late/f": "modified" });
});

test("a file that git knows is heard of in a folder that is passed over, and where another one is gone", async () => {
  await using sample = await sampleRepository({
    files: { "node_modules/mine/x": "0\n", "gone/y": "0\n", z: "0\n" },
  });
  const root = sample.path;
  await rm(join(root, "gone"), { recursive: true });
  const git = new Git({
    cwd: root,
    environment: isolatedGitEnvironment(),
    lockTimeoutMs: 5_000,
    runGit: runGitHere,
  });
  const list = () => {
    clock += 1;
    return listWatched({ root, git, except: [] });
  };
  expect((await list()).folders.toSorted()).toEqual(["", "node_modules", "node_modules/mine"]);
  using inGit = new FolderLook({ root, list, isExplained: () => false, now: () => clock });
  const found: string[] = [];
  const onChange = ({ path }: { readonly path: string }) => found.push(path);
  await inGit.look(onChange);
  await appendFile(join(root, "node_modules/mine/x"), "1\n");
  await inGit.look(onChange);
  expect(found).toEqual(["node_modules/mine/x"]);
});
