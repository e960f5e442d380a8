import { existsSync } from "node:fs";
import { cp, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { openRepository, type RunBranch } from "../../src/index.ts";
import { type Setting, setting, write } from "../setting.ts";
import { killed } from "./killed.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n", "old.md": "old\n", ".gitignore": "*.log\n" };

async function reopen(at: Setting): Promise<RunBranch> {
  const head = await at.repository.head();
  return at.repository.reopenRun({ run: "r1", base: head.commit, target: head.branch });
}

/** Nothing of the run is left in the file system, and git knows of no worktree. */
async function expectClean(at: Setting): Promise<void> {
  expect(await readdir(at.worktrees)).toEqual([]);
  expect(existsSync(join(at.sample.path, ".git/worktrees"))).toBe(false);
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
  const locks = await readdir(join(at.sample.path, ".git"), { recursive: true });
  expect(locks.filter((name) => name.endsWith(".lock"))).toEqual([]);
}

/** A run with three worktrees; the program goes on with `body`. */
const OPEN = `
  const run = await repository.createRun({ run: "r1" });
  const [zero, one, two] = await Promise.all([0, 1, 2].map((index) => run.openWorkspace(index)));
  const git = (cwd, ...args) => execFileSync("git", args, { cwd, encoding: "utf8" }).trim();`;

test("what was not committed is kept: changed, new, deleted and staged files, ignored ones not", async () => {
  await using at = await setting({ files: FILES });
  const paths = (await killed(
    at,
    `${OPEN}
    await appendFile(zero.path + "/a.md", "half of an edit\\n");
    await rm(zero.path + "/old.md");
    await mkdir(zero.path + "/deep/er", { recursive: true });
    await writeFile(zero.path + "/deep/er/new.md", "new\\n");
    await writeFile(zero.path + "/x.log", "ignored");
    await appendFile(one.path + "/b.md", "staged\\n");
    git(one.path, "add", "b.md");
    await here([zero.path, one.path]);`,
  )) as string[];
  const index = join(at.sample.path, ".git/worktrees/0/index.lock");
  await writeFile(index, "left by a git that was killed");
  await using run = await reopen(at);
  const salvaged = await run.salvage();
  expect(salvaged).toEqual([
    { ref: "refs/cluster/r1/interrupted-1", worktree: paths[0] },
    { ref: "refs/cluster/r1/interrupted-2", worktree: paths[1] },
  ]);
  const [first, second] = salvaged.map(({ ref }) => ref) as [string, string];
  expect((await at.sample.git("diff", "--name-status", `${first}^`, first)).split("\n")).toEqual([
    "M\ta.md",
    "A\tdeep/er/new.md",
    "D\told.md",
  ]);
  expect(await at.sample.git("show", `${first}:a.md`)).toBe("a\nhalf of an edit");
  expect(await at.sample.git("rev-parse", `${first}^`)).toBe(run.base);
  expect(await at.sample.git("show", `${second}:b.md`)).toBe("b\nstaged");
  await expectClean(at);
  expect(await run.salvage()).toEqual(salvaged);
});

test("nothing is kept of what landed, is parked or is known, nor twice", async () => {
  await using at = await setting({ files: FILES });
  const known = (await killed(
    at,
    `${OPEN}
    const work = async (workspace, file) => {
      await appendFile(workspace.path + "/" + file, "edit\\n");
      return workspace.commit({ paths: "all", message: file });
    };
    await run.land(await work(one, "b.md"));
    await run.land(await work(zero, "a.md"));
    await run.park(await work(two, "old.md"), "t2");
    const three = await run.openWorkspace(3);
    const known = await work(three, "a.md");
    for (const index of [4, 5]) {
      await appendFile((await run.openWorkspace(index)).path + "/a.md", "the same\\n");
    }
    await run.openWorkspace(6);
    await here(known);`,
  )) as string;
  await using run = await reopen(at);
  const salvaged = await run.salvage({ known: [known] });
  expect(salvaged.map(({ ref }) => ref)).toEqual(["refs/cluster/r1/interrupted-1"]);
  expect(await at.sample.git("show", `${salvaged[0]?.ref}:a.md`)).toBe("a\nedit\nthe same");
  await expectClean(at);
});

test("a commit that a tool made in its worktree is kept, with what came after it", async () => {
  await using at = await setting({ files: FILES });
  await killed(
    at,
    `${OPEN}
    await appendFile(zero.path + "/a.md", "committed\\n");
    git(zero.path, "commit", "-qam", "the tool's own");
    await appendFile(one.path + "/b.md", "committed\\n");
    git(one.path, "commit", "-qam", "the tool's own");
    await appendFile(one.path + "/b.md", "and not\\n");
    git(two.path, "checkout", "-qb", "tools-branch");
    await appendFile(two.path + "/b.md", "on a branch\\n");
    git(two.path, "commit", "-qam", "on a branch");
    await here();`,
  );
  await using run = await reopen(at);
  const salvaged = await run.salvage();
  expect(salvaged).toHaveLength(2);
  const [first, second] = salvaged.map(({ ref }) => ref) as [string, string];
  expect(await at.sample.git("log", "-1", "--format=%s", first)).toBe("the tool's own");
  expect(await at.sample.git("log", "--format=%s", `${run.base}..${second}^`)).toBe(
    "the tool's own",
  );
  expect(await at.sample.git("show", `${second}:b.md`)).toBe("b\ncommitted\nand not");
  expect(await at.sample.git("show", "tools-branch:b.md")).toBe("b\non a branch");
  await expectClean(at);
});

test("killed with its gits in the midst of a reset, and of the first checkout, it leaves no edit", async () => {
  // The smudge filter holds the checkout up; its first use is that of the sample itself.
  await using at = await setting({ files: FILES });
  const gate = join(at.sample.path, ".git/gate");
  await at.sample.git("config", "filter.slow.clean", "cat");
  await at.sample.git(
    "config",
    "filter.slow.smudge",
    `if [ -e '${gate}' ]; then touch '${gate}-reached'; sleep 60; fi; cat`,
  );
  await write(at.sample, ".gitattributes", "b.md filter=slow\n");
  await at.sample.commit("Hold b.md up");
  await killed(
    at,
    `${OPEN}
    await writeFile(zero.path + "/a.md", "was dealt with\\n");
    await writeFile(zero.path + "/b.md", "was dealt with\\n");
    await writeFile(zero.path + "/untracked.md", "was dealt with\\n");
    await writeFile(root + "/.git/gate", "");
    zero.reset().catch(() => {});
    run.openWorkspace(3).catch(() => {});
    const { existsSync } = await import("node:fs");
    while (!existsSync(root + "/.git/gate-reached")) await new Promise((go) => setTimeout(go, 5));
    await here();`,
    { gits: true },
  );
  await rm(gate);
  await using run = await reopen(at);
  expect(await run.salvage()).toEqual([]);
  await expectClean(at);
});

test("a record without its folder, a folder without its record, and records cut short", async () => {
  await using at = await setting({ files: FILES });
  const [, one] = (await killed(
    at,
    `${OPEN}
    await appendFile(zero.path + "/a.md", "committed, and its folder removed\\n");
    git(zero.path, "commit", "-qam", "the tool's own");
    await appendFile(one.path + "/b.md", "its record is gone\\n");
    await here([zero.path, one.path, two.path]);`,
  )) as [string, string, string];
  const records = join(at.sample.path, ".git/worktrees");
  await rm(join(one, "../0"), { recursive: true });
  await rm(join(records, "1"), { recursive: true });
  await rm(join(records, "2"), { recursive: true });
  await mkdir(join(records, "21"));
  await writeFile(join(records, "21/locked"), "initializing");
  await writeFile(join(records, "21/gitdir"), "");
  // Half removed.
  await mkdir(join(records, "22"));
  await mkdir(join(one, "../7"));
  await using run = await reopen(at);
  const salvaged = await run.salvage();
  expect(salvaged.map(({ worktree }) => worktree.slice(-2))).toEqual(["/0", "/1"]);
  const [first, second] = salvaged.map(({ ref }) => ref) as [string, string];
  expect(await at.sample.git("log", "-1", "--format=%s", first)).toBe("the tool's own");
  expect(await at.sample.git("diff", "--name-only", `${second}^`, second)).toBe("b.md");
  await expectClean(at);
});

test("what cannot be salvaged is not removed either, and can be later", async () => {
  await using at = await setting({ files: FILES, lockTimeoutMs: 50 });
  await killed(
    at,
    `${OPEN}
    await writeFile(zero.path + "/a.md", "half of an edit\\n");
    await writeFile(one.path + "/b.md", "another\\n");
    await here(zero.path);`,
  );
  const lock = join(at.sample.path, ".git/worktrees/0/cluster-salvage.lock");
  {
    await using held = await open(lock, "w");
    await using run = await reopen(at);
    await expect(run.salvage()).rejects.toMatchObject({ code: "LOCKED" });
    await held.sync();
  }
  // Nobody holds it now, as where a salvage was killed.
  expect(existsSync(lock)).toBe(true);
  await using run = await reopen(at);
  expect(await run.salvage()).toHaveLength(2);
  expect(await at.sample.git("show", "refs/cluster/r1/interrupted-1:a.md")).toBe("half of an edit");
  await expectClean(at);
});

test("the user's own worktrees keep their records, also those whose folder is away", async () => {
  await using at = await setting({ files: FILES });
  const unplugged = `${at.sample.path}-unplugged`;
  await at.sample.git("worktree", "add", "-q", "-b", "side", unplugged);
  await rename(unplugged, `${unplugged}-away`);
  await killed(at, `${OPEN} await here();`);
  await using run = await reopen(at);
  expect(await run.salvage()).toEqual([]);
  await rename(`${unplugged}-away`, unplugged);
  expect(await at.sample.git("-C", unplugged, "branch", "--show-current")).toBe("side");
  await rm(unplugged, { recursive: true });
});

test("a workspace is not opened over what was not kept: opening one salvages first", async () => {
  await using at = await setting({ files: FILES });
  await killed(at, `${OPEN} await appendFile(zero.path + "/a.md", "edit\\n"); await here();`);
  await using run = await reopen(at);
  await run.openWorkspace(0);
  expect(await run.salvage()).toHaveLength(1);
  expect(await at.sample.git("show", "refs/cluster/r1/interrupted-1:a.md")).toBe("a\nedit");
});

test("a repository that was moved meanwhile keeps them too, and clears its old worktrees away", async () => {
  await using at = await setting({ files: FILES });
  await killed(at, `${OPEN} await appendFile(zero.path + "/a.md", "edit\\n"); await here();`);
  await using moved = await temporaryFolder();
  const path = join(moved.path, "elsewhere");
  await rename(at.sample.path, path);
  const repository = await openRepository(path, {
    environment: at.environment,
    directory: at.worktrees,
  });
  {
    const { commit: base, branch: target } = await repository.head();
    await using run = await repository.reopenRun({ run: "r1", base, target });
    expect(await run.salvage()).toHaveLength(1);
  }
  await rename(path, at.sample.path);
  expect(await at.sample.git("show", "refs/cluster/r1/interrupted-1:a.md")).toBe("a\nedit");
  await expectClean(at);
});

test("a copy of the repository leaves the worktrees of the original alone", async () => {
  await using at = await setting({ files: FILES });
  const [path] = (await killed(at, `${OPEN} await here([zero.path]);`)) as [string];
  await using copied = await temporaryFolder();
  await cp(at.sample.path, copied.path, { recursive: true });
  const repository = await openRepository(copied.path, {
    environment: at.environment,
    directory: at.worktrees,
  });
  const { commit: base, branch: target } = await repository.head();
  await using run = await repository.reopenRun({ run: "r1", base, target });
  expect(await run.salvage()).toEqual([]);
  expect(existsSync(join(path, "a.md"))).toBe(true);
});

test("a commit that was made and not landed is kept, though its worktree was reset since", async () => {
  await using at = await setting({ files: FILES });
  const [landed, lost] = (await killed(
    at,
    `${OPEN}
    const work = async (task, file) => {
      await zero.reset();
      await appendFile(zero.path + "/" + file, task + "\\n");
      const trailers = { "Cluster-Task": task, "Cluster-Attempt": 1 };
      return zero.commit({ paths: "all", message: task, trailers });
    };
    const landed = await work("t1", "a.md");
    await run.land(landed);
    const over = await work("t2", "a.md");
    await run.land(over);
    const lost = await work("t3", "b.md");
    await zero.reset();
    await here([landed, lost]);`,
  )) as [string, string];
  await using run = await reopen(at);
  const salvaged = await run.salvage();
  expect(salvaged.map(({ ref }) => ref)).toEqual(["refs/cluster/r1/interrupted-1"]);
  expect(await at.sample.git("rev-parse", "refs/cluster/r1/interrupted-1")).toBe(lost);
  expect(landed).not.toBe(lost);
  await expectClean(at);
});

test("what was kept of an interrupted attempt goes once the branch has it, and nothing else does", async () => {
  await using at = await setting({ files: FILES });
  await killed(
    at,
    `${OPEN}
    await appendFile(zero.path + "/a.md", "edit\\n");
    await appendFile(one.path + "/b.md", "other\\n");
    await here();`,
  );
  await using run = await reopen(at);
  await run.salvage();
  const workspace = await run.openWorkspace(0);
  await write(workspace, "a.md", "a\nedit\n");
  await run.land(String(await workspace.commit({ paths: "all", message: "again" })));
  expect(await run.dropSuperseded()).toEqual(["refs/cluster/r1/interrupted-1"]);
  expect(await at.sample.git("for-each-ref", "--format=%(refname)", "refs/cluster/")).toBe(
    "refs/cluster/r1/interrupted-2",
  );
});
