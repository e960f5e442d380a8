import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { edit, setting, write } from "../setting.ts";

/** Every file below a folder with its content, mode and time of change. */
async function contents(
  folder: string,
  skip: readonly string[] = [],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isDirectory() || skip.some((prefix) => name.startsWith(prefix))) continue;
    const { mode, mtimeMs } = await lstat(path);
    const data = entry.isSymbolicLink() ? await readlink(path) : await readFile(path);
    found[name] =
      `${mode.toString(8)} ${mtimeMs} ${createHash("sha256").update(data).digest("hex")}`;
  }
  return found;
}

test("config, hooks, index, stash and checkout are the same bytes before and after a run", async () => {
  await using at = await setting({
    files: { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n", ".gitignore": "*.log\n" },
    async prepare(sample) {
      await sample.write("stashed.md", "stashed\n");
      await sample.git("stash", "push", "-q", "--include-untracked");
      await sample.git("config", "core.hooksPath", "my-hooks");
      await sample.git("config", "gc.auto", "1");
      await sample.write(".git/hooks/post-commit", "#!/bin/sh\nexit 1\n");
      await sample.write(".git/info/exclude", "# mine\n");
      await sample.write("c.md", "staged\n");
      await sample.git("add", "c.md");
      await sample.write("c.md", "and not staged\n");
      await sample.write("b.md", "changed\n");
      await sample.write("untracked.md", "mine\n");
      await sample.write("x.log", "ignored\n");
    },
  });
  // Stale times would make a careless `git status` refresh the index.
  const before = await contents(at.sample.path, [".git/objects/"]);
  const run = await at.repository.createRun({ run: "r1" });
  const [one, two] = await Promise.all([run.openWorkspace(0), run.openWorkspace(1)]);
  await at.repository.listFiles();
  await at.repository.dirtyFiles();
  await run.land(await edit(one, "a.md", "landed"));
  await write(two, "new.md", "new\n");
  await two.changes(["a.md"]);
  await run.land(String(await two.commit({ paths: "all", message: "new" })));
  await two.reset();
  const parked = await run.park(await edit(two, "a.md", "parked"), "t1");
  expect((await run.deliver()).kind).toBe("kept");
  await run.dispose();

  const after = await contents(at.sample.path, [".git/objects/"]);
  const ours = [`.git/${run.ref}`, `.git/logs/${run.ref}`, `.git/${parked}`];
  for (const path of ours) delete after[path];
  expect(after).toEqual(before);
  expect(await at.sample.git("stash", "list")).toContain("stash@{0}");
});
