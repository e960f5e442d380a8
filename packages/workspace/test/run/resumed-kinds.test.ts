import { isolatedGitEnvironment, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { edit, write } from "../setting.ts";
import { killed } from "./killed.ts";

const environment = isolatedGitEnvironment();
const FILES = { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n" };

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa("git", args, { cwd, env: environment, extendEnv: false });
  return stdout;
}

/** How to make a repository of a kind at `root`, out of a plain one. */
const KINDS: Readonly<Record<string, (plain: string, root: string) => Promise<unknown>>> = {
  async "of SHA-256"(_, root) {
    await git("/", "init", "-q", "-b", "main", "--object-format=sha256", root);
    for (const [name, content] of Object.entries(FILES)) await write({ path: root }, name, content);
    await git(root, "add", ".");
    await git(root, "commit", "-qm", "Begin");
  },
  "that is a shallow clone": (plain, root) =>
    git("/", "clone", "-q", "--depth=1", `file://${plain}`, root),
  "that is a linked worktree": (plain, root) =>
    git(plain, "worktree", "add", "-q", "-b", "side", root),
  async "with a detached HEAD"(plain, root) {
    await git("/", "clone", "-q", `file://${plain}`, root);
    await git(root, "switch", "-q", "--detach");
  },
  async "that is a submodule"(plain, root) {
    const outer = `${root}-outer`;
    await git("/", "init", "-q", outer);
    const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", plain, "sub"];
    await git(outer, ...add);
    await execa("ln", ["-s", `${outer}/sub`, root]);
  },
};

test.each(Object.keys(KINDS))("a run is gone on with in a repository %s", async (kind) => {
  await using plain = await sampleRepository({ files: FILES });
  await using folder = await temporaryFolder();
  const root = `${folder.path}/root`;
  await KINDS[kind]?.(plain.path, root);
  const worktrees = `${folder.path}/w`;
  await killed(
    { environment, sample: { path: root }, worktrees },
    `const run = await repository.createRun({ run: "r1" });
    const [zero, one] = await Promise.all([0, 1].map((index) => run.openWorkspace(index)));
    await appendFile(zero.path + "/a.md", "landed\\n");
    await run.land(await zero.commit({
      paths: "all", message: "a", trailers: { "Cluster-Task": "t", "Cluster-Attempt": 1 },
    }));
    await appendFile(one.path + "/b.md", "interrupted\\n");
    await here();`,
  );
  const repository = await openRepository(root, { environment, directory: worktrees });
  const { commit: base, branch: target } = await repository.head();
  await using run = await repository.reopenRun({ run: "r1", base, target });
  expect(await run.landedCommits()).toMatchObject([{ task: "t", attempt: 1 }]);
  expect(await run.salvage()).toHaveLength(1);
  expect(await git(root, "show", "refs/cluster/r1/interrupted-1:b.md")).toBe("b\ninterrupted");
  await run.land(await edit(await run.openWorkspace(0), "c.md", "more"));
  const delivery = await run.deliver();
  if (target === null) {
    expect(delivery).toMatchObject({ kind: "kept", reason: expect.stringContaining("detached") });
    const to = `${folder.path}/patches`;
    expect(await run.deliver({ as: "patches", folder: to })).toMatchObject({ files: 2 });
  } else expect(delivery).toMatchObject({ kind: "merged", branch: target });
  expect(await git(root, "show", "--stat", "--format=", run.tip())).toContain("c.md");
  expect(await git(root, "status", "--porcelain")).toBe("");
  expect(await git(root, "fsck", "--no-dangling")).toBe("");
});
