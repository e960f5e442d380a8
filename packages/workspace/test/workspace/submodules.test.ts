import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type SampleRepository, sampleRepository } from "@cluster/testkit";
import { expect, test } from "vitest";
import { edit, read, setting, write } from "../setting.ts";

const added = (path: string) => ({
  path,
  status: "added",
  addedLines: null,
  removedLines: null,
  unlandable: "it lies in a submodule",
});

/** A repository with the submodule `sub`. */
function around(inner: SampleRepository) {
  const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path];
  return setting({
    files: { "a.md": "a\n" },
    async prepare(sample) {
      await sample.git(...add, "sub");
      await sample.commit("Add a submodule");
    },
  });
}

test("what a task writes into the empty folder of a submodule is reported, and gone before the next one", async () => {
  await using inner = await sampleRepository({ files: { "i.md": "i\n" } });
  await using at = await around(inner);
  await using run = await at.repository.createRun({ run: "r1" });
  const workspace = await run.openWorkspace(0);
  expect(await readdir(join(workspace.path, "sub"))).toEqual([]);
  await write(workspace, "sub/new.md", "new\n");
  await write(workspace, "a.md", "edited\n");
  const changes = await workspace.changes(["a.md"]);
  expect(changes.inside).toMatchObject([{ path: "a.md" }]);
  expect(changes.outside).toEqual([added("sub/new.md")]);
  const commit = await workspace.commit({ paths: ["a.md"], changes, message: "x" });
  expect((await run.land(String(commit))).kind).toBe("landed");
  await workspace.reset();
  expect(await readdir(join(workspace.path, "sub"))).toEqual([]);
  expect(await workspace.changes([])).toEqual({ inside: [], outside: [] });
});

test("a setup may fill it, and each task finds it as it is committed", async () => {
  await using inner = await sampleRepository({
    files: { "i.md": "i\n", ".gitignore": "installed\n" },
  });
  await using at = await around(inner);
  const command =
    "git -c protocol.file.allow=always submodule --quiet update --init && touch sub/installed";
  await using run = await at.repository.createRun({ run: "r1", setup: { command } });
  const workspace = await run.openWorkspace(0);
  expect(await workspace.changes([])).toEqual({ inside: [], outside: [] });
  await write(workspace, "sub/i.md", "changed\n");
  await write(workspace, "sub/new.md", "new\n");
  const { outside } = await workspace.changes(["a.md"]);
  expect(outside).toEqual([added("sub/i.md"), added("sub/new.md")]);
  await workspace.reset();
  expect((await readdir(join(workspace.path, "sub"))).sort()).toEqual([
    ".git",
    ".gitignore",
    "i.md",
    "installed",
  ]);
  expect(await read(workspace, "sub/i.md")).toBe("i\n");
  await run.land(await edit(workspace, "a.md", "more"));
  expect((await run.deliver()).kind).toBe("merged");
  expect(await at.sample.git("status", "--porcelain")).toBe("");
});

test("a task for one of its files is refused, and told where to run", async () => {
  await using inner = await sampleRepository({ files: { "i.md": "i\n" } });
  await using at = await around(inner);
  await expect(at.repository.requireCommitted(["a.md", "sub/i.md"])).rejects.toMatchObject({
    code: "PATH_UNTRACKED",
    files: ["sub/i.md"],
    message: expect.stringMatching(/"sub\/i\.md" belongs to the submodule sub.*Run in its folder/),
  });
});
