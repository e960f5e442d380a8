import { existsSync } from "node:fs";
import { mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { edit, type WorkSetting, workSetting, write } from "../setting.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n", "d.md": "d\n" };

/** A run that changes three files, adds one, and removes one; nothing is delivered yet. */
async function toDeliver(): Promise<{
  at: WorkSetting;
  move: Parameters<WorkSetting["repository"]["mendDelivery"]>[0];
}> {
  const at = await workSetting({ files: FILES });
  const from = await at.sample.git("rev-parse", "HEAD");
  for (const path of ["a.md", "b.md", "c.md"]) {
    await at.workspace.reset();
    await at.run.land(await edit(at.workspace, path, "by the run"));
  }
  await at.workspace.reset();
  await write(at.workspace, "new.md", "a new file\n");
  await rm(join(at.workspace.path, "d.md"));
  const commit = await at.workspace.commit({ paths: "all", message: "new" });
  await at.run.land(String(commit));
  return { at, move: { branch: "main", from, to: at.run.tip() } };
}

test("a checkout whose files were half written is as before, and can be delivered to", async () => {
  const { at, move } = await toDeliver();
  await using _ = at;
  const file = (path: string): string => join(at.sample.path, path);
  await writeFile(file("a.md"), "a\nby the run\n");
  // Cut off within a write, and between the removal of the old and the new one.
  await writeFile(file("b.md"), "b\nby t");
  await rm(file("c.md"));
  await writeFile(file("new.md"), "a new");
  await rm(file("d.md"));
  for (const lock of ["HEAD.lock", "index.lock", "refs/heads/main.lock"]) {
    await writeFile(join(at.sample.path, ".git", lock), "");
  }
  expect(await at.repository.mendDelivery(move)).toBe("undone");
  expect(await at.sample.git("status", "--porcelain")).toBe("");
  expect(await at.sample.git("rev-parse", "HEAD")).toBe(move.from);
  expect(existsSync(file("new.md"))).toBe(false);
  expect(await at.run.deliver()).toMatchObject({ kind: "merged", commit: move.to });
  expect(await at.sample.git("status", "--porcelain")).toBe("");
});

test("a file that the user has emptied meanwhile is the user's, one that git had just made is not", async () => {
  const { at, move } = await toDeliver();
  await using _ = at;
  const file = (path: string): string => join(at.sample.path, path);
  // Git makes each file anew before it writes to it.
  await rm(file("a.md"));
  await writeFile(file("a.md"), "");
  await writeFile(file("b.md"), "b\nby the run\n");
  const made = (await stat(file("b.md"), { bigint: true })).mtimeNs;
  // Until the clock of the file system goes on.
  await waitFor(
    async () => {
      await writeFile(file("b.md"), "");
      return (await stat(file("b.md"), { bigint: true })).mtimeNs !== made;
    },
    { what: "a later time" },
  );
  expect(await at.repository.mendDelivery(move)).toBe("undone");
  expect(await at.sample.git("status", "--porcelain")).toBe(" M b.md");
});

test("links, folders in the place of files, and names that are no UTF-8 are brought back too", async () => {
  const odd = Buffer.concat([Buffer.from("/caf"), Buffer.from([0xe9]), Buffer.from(".md")]);
  const oddIn = (folder: string): Buffer => Buffer.concat([Buffer.from(folder), odd]);
  await using at = await workSetting({
    files: { "a.md": "a\n", "link.md": "a file\n", "folder/x.md": "x\n" },
    async prepare(sample) {
      await writeFile(oddIn(sample.path), "odd\n");
      await sample.commit("An odd name");
    },
  });
  const from = at.run.base;
  const change = async (root: string): Promise<void> => {
    await symlink("elsewhere", join(root, "new-link"));
    await rm(join(root, "link.md"));
    await symlink("elsewhere", join(root, "link.md"));
    await rm(join(root, "folder"), { recursive: true });
    await writeFile(join(root, "folder"), "a file now\n");
    await rm(join(root, "a.md"));
    await mkdir(join(root, "a.md"));
    await writeFile(join(root, "a.md/deep.md"), "deep\n");
    await writeFile(oddIn(root), "odd\nby the run\n");
  };
  await change(at.workspace.path);
  await at.run.land(String(await at.workspace.commit({ paths: "all", message: "All kinds" })));
  // Every file was written, and the index was not.
  await change(at.sample.path);
  expect(await at.repository.mendDelivery({ branch: "main", from, to: at.run.tip() })).toBe(
    "undone",
  );
  expect(await at.sample.git("status", "--porcelain")).toBe("");
  expect(await at.run.deliver()).toMatchObject({ kind: "merged" });
  expect(await at.sample.git("status", "--porcelain")).toBe("");
});

test("where files and index had gone ahead, the branch follows", async () => {
  const { at, move } = await toDeliver();
  await using _ = at;
  await at.sample.git("read-tree", "-m", "-u", move.from, move.to);
  expect(await at.repository.mendDelivery(move)).toBe("delivered");
  expect(await at.sample.git("rev-parse", "main")).toBe(move.to);
  expect(await at.sample.git("status", "--porcelain")).toBe("");
  // Again, as by a process that was killed once more.
  expect(await at.repository.mendDelivery(move)).toBe("delivered");
});

test("what the user has written meanwhile stays", async () => {
  const { at, move } = await toDeliver();
  await using _ = at;
  await writeFile(join(at.sample.path, "a.md"), "the user's own\n");
  await writeFile(join(at.sample.path, "new.md"), "also the user's\n");
  await writeFile(join(at.sample.path, "b.md"), "b\nby the run\n");
  expect(await at.repository.mendDelivery(move)).toBe("undone");
  expect(await at.sample.read("a.md")).toBe("the user's own\n");
  expect(await at.sample.read("new.md")).toBe("also the user's\n");
  expect(await at.sample.read("b.md")).toBe("b\n");
});

test("another branch that is checked out by now is not touched", async () => {
  const { at, move } = await toDeliver();
  await using _ = at;
  await at.sample.git("switch", "--quiet", "-c", "other");
  await writeFile(join(at.sample.path, "b.md"), "b\nby the run\n");
  expect(await at.repository.mendDelivery(move)).toBe("elsewhere");
  expect(await at.sample.read("b.md")).toBe("b\nby the run\n");
});
