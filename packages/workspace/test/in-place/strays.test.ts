import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  isolatedGitEnvironment,
  sampleRepository,
  temporaryFolder,
  waitFor,
} from "@cluster/testkit";
import { expect, test } from "vitest";
import { openFolder } from "../../src/index.ts";
import { begun, landed, plainFolder } from "./plain-folder.ts";

test("what changes outside of every task's files is told to all that are in flight, and left alone", async () => {
  await using folder = await plainFolder({ a: "0\n", b: "0\n", c: "0\n", d: "0\n" });
  await using run = await (await folder.open()).createRun({ run: "r" });
  const [one, two] = [
    await begun(run, ["a"], { task: "1" }),
    await begun(run, ["b"], { task: "2" }),
  ];
  await folder.write("a", "1\n");
  await folder.write("b", "1\n");
  await folder.write("c", "stray\n");
  await folder.write("new/e", "stray\n");
  await rm(join(folder.path, "d"));
  const strays = [
    { path: "c", status: "modified" },
    { path: "d", status: "deleted" },
    { path: "new/e", status: "added" },
  ];
  for (const workspace of [one, two]) {
    const changes = await workspace.changes([]);
    expect(changes.inside).toHaveLength(1);
    expect([...changes.strays].sort((a, b) => (a.path < b.path ? -1 : 1))).toMatchObject(strays);
  }
  await one.leave(null);
  await landed(run, two);
  expect(await folder.read("c")).toBe("stray\n");

  // Neither what was told nor what tasks did is told to those that come after.
  const three = await begun(run, ["e"], { task: "3" });
  expect((await three.changes([])).strays).toEqual([]);
});

test("what another run does to its own files is no stray", async () => {
  await using folder = await plainFolder({ a: "0\n", b: "0\n" });
  const site = await folder.open();
  await using one = await site.createRun({ run: "one" });
  await using two = await site.createRun({ run: "two" });
  const first = await begun(one, ["a"], { task: "t" });
  const second = await begun(two, ["b"], { task: "t" });
  await folder.write("b", "1\n");
  expect((await first.changes([])).strays).toEqual([]);
  await landed(two, second);
  expect((await first.changes([])).strays).toEqual([]);
  const told = async (): Promise<boolean> => {
    await folder.write("b", "stray\n");
    return (await first.changes([])).strays.some(({ path }) => path === "b");
  };
  await waitFor(told, { what: "a stray where another run had worked" });
});

test("in a git work tree what git ignores is no stray, and paths are those of its root", async () => {
  await using sample = await sampleRepository({
    files: { ".gitignore": "out/\n", "sub/a": "0\n" },
  });
  await using state = await temporaryFolder();
  const environment = isolatedGitEnvironment();
  const options = { directory: state.path, environment };
  const folder = await openFolder(join(sample.path, "sub"), options);
  expect(folder.root).toBe(sample.path);
  expect(folder.commonDir).toBe(join(sample.path, ".git"));
  await using run = await folder.createRun({ run: "r" });
  const workspace = await begun(run, ["sub/a"], { task: "t" });
  await sample.write("out/log", "ignored\n");
  await sample.write("other", "stray\n");
  expect((await workspace.changes([])).strays).toMatchObject([{ path: "other", status: "added" }]);
  expect(await folder.trackedFiles()).toEqual([".gitignore", "other", "sub/a"]);
});
