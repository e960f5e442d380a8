import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { edit, type WorkSetting, workSetting, write } from "../setting.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n", "d/e.md": "e\n" };
const DATE = "1700000000 +0000";
/** The same edit is the same commit, whenever it is made. */
const SAME_TIME = { GIT_AUTHOR_DATE: DATE, GIT_COMMITTER_DATE: DATE };

/** Removes what no ref points to, out of packs too. */
async function collect({ sample }: WorkSetting): Promise<void> {
  await sample.git("reflog", "expire", "--expire=now", "--all");
  await sample.git("gc", "--quiet", "--prune=now");
}

async function expectWhole({ sample, run }: WorkSetting): Promise<void> {
  await sample.git("fsck", "--strict");
  await sample.git("rev-list", "--objects", "--quiet", run.ref);
}

test("what was packed, and collected with its pack, is there when it is made again", async () => {
  await using at = await workSetting({ files: FILES, environment: SAME_TIME });
  const again = async (workspace = at.workspace): Promise<string> => {
    await workspace.reset(at.run.base);
    return edit(workspace, "d/e.md", "one");
  };
  const other = await at.repository.createRun({ run: "r2" });
  await at.sample.git("branch", "keep", await again(await other.openWorkspace(0)));
  await at.sample.git("repack", "-a", "-d", "--quiet");
  await other.dispose();
  // What stays for this run starts now, and finds the edit's trees in the pack.
  const commit = await again();
  await at.workspace.reset(at.run.base);
  await at.sample.git("branch", "--quiet", "-D", "keep");
  await collect(at);
  await expect(at.sample.git("cat-file", "-e", commit)).rejects.toThrow();
  expect(await again()).toBe(commit);
  expect(await at.run.hasCommit(commit)).toBe(true);
  expect(await at.run.land(commit)).toEqual({ kind: "landed", commit });
  await expectWhole(at);
});

test.each(["a commit on the tip", "a commit that needs no merge", "a commit that is merged"])(
  "%s is not landed when a part of it was collected",
  async (kind) => {
    await using at = await workSetting({ files: { ...FILES, "f.md": "1\n2\n3\n4\n5\n6\n7\n" } });
    const merged = kind.endsWith("merged");
    await write(at.workspace, merged ? "f.md" : "a.md", "0\n2\n3\n4\n5\n6\n7\n");
    const other = await at.workspace.commit({ paths: "all", message: "other" });
    await at.workspace.reset();
    if (merged) await write(at.workspace, "f.md", "1\n2\n3\n4\n5\n6\n8\n");
    await write(at.workspace, "d/new.md", "new\n");
    const commit = String(await at.workspace.commit({ paths: "all", message: "new" }));
    await at.workspace.reset();
    if (!kind.endsWith("tip")) await at.run.land(String(other));
    const tip = at.run.tip();
    const blob = await at.sample.git("rev-parse", `${commit}:d/new.md`);
    await rm(join(at.sample.path, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    await expect(at.run.land(commit)).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: expect.stringContaining("a part is gone"),
      stderr: expect.stringContaining(blob),
    });
    expect(await at.sample.git("rev-parse", at.run.ref)).toBe(tip);
    expect(at.run.tip()).toBe(tip);
    await expectWhole(at);
    // Done again, it lands.
    await at.workspace.reset();
    await write(at.workspace, "d/new.md", "new\n");
    const again = String(await at.workspace.commit({ paths: "all", message: "again" }));
    expect((await at.run.land(again)).kind).toBe("landed");
    await expectWhole(at);
  },
);

test("a commit of what is gone from the repository is refused", async () => {
  await using at = await workSetting({ files: FILES });
  await write(at.workspace, "d/new.md", "new\n");
  const changes = await at.workspace.changes([]);
  const blob = await at.sample.git("hash-object", join(at.workspace.path, "d/new.md"));
  await rm(join(at.sample.path, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  const committing = at.workspace.commit({ paths: ["d/new.md"], changes, message: "x" });
  await expect(committing).rejects.toMatchObject({
    code: "GIT_FAILED",
    stderr: expect.stringContaining(blob),
  });
});

test("an edit that was taken back on the branch lands once more when it is asked for", async () => {
  await using at = await workSetting({ files: FILES });
  const { run, sample, workspace } = at;
  const one = await edit(workspace, "a.md", "one");
  await run.land(one);
  await workspace.reset();
  await write(workspace, "a.md", "a\n");
  await run.land(String(await workspace.commit({ paths: "all", message: "Take it back" })));
  await run.dispose();
  await using reopened = await at.repository.reopenRun({
    run: "r1",
    base: run.base,
    target: "main",
  });
  expect((await reopened.land(one)).kind).toBe("landed");
  expect(await sample.git("show", `${run.ref}:a.md`)).toBe("a\none");
});
