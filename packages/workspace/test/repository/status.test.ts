import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository } from "@cluster/testkit";
import { expect, test } from "vitest";
import { setting } from "../setting.ts";

const ODD = [
  "-dash.md",
  'quote"s.md',
  "new\nline.md",
  "spa ce.md",
  "tab\there.md",
  "ü/日本.md",
  "*.md",
];

test("tracked and untracked files, ignored ones left out, whatever their names", async () => {
  await using at = await setting({
    files: {
      ...Object.fromEntries(ODD.map((path) => [path, "x\n"])),
      ".gitignore": "*.log\n/out/\n",
    },
  });
  await at.sample.write("new one.md", "x");
  await at.sample.write("a.log", "x");
  await at.sample.write("out/b.md", "x");
  const { tracked, untracked } = await at.repository.listFiles();
  expect([...tracked].sort()).toEqual([...ODD, ".gitignore"].sort());
  expect(await at.repository.trackedFiles()).toEqual(tracked);
  expect(untracked).toEqual(["new one.md"]);
});

test("a submodule and a repository inside the tree are not files", async () => {
  await using inner = await sampleRepository();
  await using at = await setting({
    async prepare(sample) {
      await sample.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        inner.path,
        "sub",
      );
      await sample.commit("Add a submodule");
    },
  });
  await at.sample.git("clone", "-q", inner.path, "nested");
  const { tracked, untracked } = await at.repository.listFiles();
  expect(tracked).toContain(".gitmodules");
  expect(tracked).not.toContain("sub");
  expect(untracked).toEqual([]);
  expect(await at.repository.dirtyFiles()).toEqual([]);
});

test("dirty files are those that differ from HEAD, staged or not, whatever their names", async () => {
  await using at = await setting({
    files: {
      ...Object.fromEntries(ODD.map((path) => [path, "x\n"])),
      "staged.md": "x\n",
      "gone.md": "x\n",
    },
  });
  expect(await at.repository.dirtyFiles()).toEqual([]);
  for (const path of ODD) await at.sample.write(path, "changed\n");
  await at.sample.write("staged.md", "changed\n");
  await at.sample.git("add", "staged.md");
  await rm(join(at.sample.path, "gone.md"));
  await at.sample.write("untracked.md", "x");
  const dirty = await at.repository.dirtyFiles();
  expect([...dirty].sort()).toEqual([...ODD, "staged.md", "gone.md"].sort());
  expect(await at.repository.dirtyFiles(["staged.md", "new\nline.md", "nothing"])).toEqual([
    "new\nline.md",
    "staged.md",
  ]);
});

test("a file in conflict is dirty", async () => {
  await using at = await setting({ files: { "a b.md": "one\n" } });
  await at.sample.git("switch", "-qc", "side");
  await at.sample.write("a b.md", "two\n");
  await at.sample.commit("two");
  await at.sample.git("switch", "-q", "main");
  await at.sample.write("a b.md", "three\n");
  await at.sample.commit("three");
  await at.sample.git("merge", "side").catch(() => {});
  expect(await at.repository.dirtyFiles()).toEqual(["a b.md"]);
});

test("only what is committed may be asked of a workspace", async () => {
  await using at = await setting({ files: { "a.md": "a\n", "b.md": "b\n" } });
  await at.repository.requireCommitted(["a.md", "b.md"]);
  await at.sample.write("new.md", "x");
  await expect(at.repository.requireCommitted(["a.md", "new.md"])).rejects.toMatchObject({
    code: "PATH_UNTRACKED",
    files: ["new.md"],
  });
  await at.sample.write("b.md", "changed\n");
  await at.repository.requireCommitted(["a.md"]);
  await expect(at.repository.requireCommitted(["a.md", "b.md"])).rejects.toMatchObject({
    code: "DIRTY_FILES",
    files: ["b.md"],
  });
});
