import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { edit, type Setting, setting, write } from "../setting.ts";
import { killed } from "./killed.ts";

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

/** A repository with something of the user's wherever a run could touch it. */
function lived(): Promise<Setting> {
  return setting({
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
}

/** Everything of it but objects and what a run is there to make. */
async function theirs(at: Setting): Promise<Record<string, string>> {
  const ours = ["refs/heads/cluster", "logs/refs/heads/cluster", "refs/cluster"];
  return contents(at.sample.path, [".git/objects/", ...ours.map((path) => `.git/${path}/`)]);
}

test("config, hooks, index, stash and checkout are the same bytes before and after a run", async () => {
  await using at = await lived();
  // Stale times would make a careless `git status` refresh the index.
  const before = await theirs(at);
  const run = await at.repository.createRun({ run: "r1" });
  const [one, two] = await Promise.all([run.openWorkspace(0), run.openWorkspace(1)]);
  await at.repository.listFiles();
  await at.repository.dirtyFiles();
  await run.land(await edit(one, "a.md", "landed"));
  await write(two, "new.md", "new\n");
  await two.changes(["a.md"]);
  await run.land(String(await two.commit({ paths: "all", message: "new" })));
  await two.reset();
  await run.park(await edit(two, "a.md", "parked"), "t1");
  expect((await run.deliver()).kind).toBe("kept");
  await run.dispose();

  expect(await theirs(at)).toEqual(before);
  expect(await at.sample.git("stash", "list")).toContain("stash@{0}");
});

test("and over a run that is killed in the midst of everything, and gone on with", async () => {
  await using at = await lived();
  const before = await theirs(at);
  const { commit: base, branch: target } = await at.repository.head();
  for (let session = 0; session < 2; session++) {
    await killed(
      at,
      `
      const how = { run: "r1", setup: { command: "echo installed > installed.log" } };
      const run = ${session} === 0
        ? await repository.createRun(how)
        : await repository.reopenRun({ ...how, base: ${JSON.stringify(base)}, target: ${JSON.stringify(target)} });
      await run.salvage();
      const open = [0, 1, 2, 3].map((index) => run.openWorkspace(index));
      const [zero, one, two, three] = await Promise.all(open);
      const commit = async (workspace, name) => {
        await writeFile(workspace.path + "/" + name, "session ${session}\\n");
        return workspace.commit({ paths: "all", message: name });
      };
      await run.land(await commit(zero, "new-${session}.md"));
      await run.park(await commit(one, "parked.md"), "t${session}");
      await appendFile(two.path + "/a.md", "interrupted ${session}\\n");
      execFileSync("git", ["stash", "list"], { cwd: two.path });
      // Resets, commits and landings under way.
      for (const workspace of [zero, one, three]) {
        void (async () => {
          for (let n = 0; ; n++) {
            await workspace.reset();
            await run.land(await commit(workspace, workspace.index + "-" + n + ".md"));
          }
        })();
      }
      await here();`,
      { gits: session === 0 },
    );
  }
  const run = await at.repository.reopenRun({ run: "r1", base, target });
  const salvaged = await run.salvage();
  expect(salvaged.length).toBeGreaterThan(0);
  const delivery = await run.deliver();
  expect(delivery).toMatchObject({ kind: "kept", reason: expect.stringContaining("b.md") });
  await run.dispose();
  expect(await theirs(at)).toEqual(before);
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
  expect(await at.sample.git("stash", "list")).toContain("stash@{0}");
  for (const session of [0, 1]) {
    expect(await at.sample.git("show", `cluster/r1:new-${session}.md`)).toBe(`session ${session}`);
    const kept = await at.sample.git("for-each-ref", "--format=%(refname)", "refs/cluster/r1");
    expect(kept).toContain(`refs/cluster/r1/t${session}`);
    expect(kept).toContain(`refs/cluster/r1/interrupted-${session + 1}`);
  }
  expect(await at.sample.git("fsck", "--no-dangling")).toBe("");
});
