import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { edit, type Setting, setting, write } from "../setting.ts";
import { killed } from "./killed.ts";

const COMMIT = `
  const commit = async (workspace, file, task, attempt = 1) => {
    await appendFile(workspace.path + "/" + file, task + "\\n");
    const trailers = { "Cluster-Task": task, "Cluster-Attempt": attempt };
    return workspace.commit({ paths: "all", message: "Edit " + file, trailers });
  };`;

const FILES = { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n" };

async function reopen(at: Setting, run = "r1") {
  const head = await at.repository.head();
  return at.repository.reopenRun({ run, base: head.commit, target: head.branch });
}

test("a run whose process was killed goes on: what it committed lands, what it landed is known", async () => {
  await using at = await setting({ files: FILES });
  const commits = (await killed(
    at,
    `${COMMIT}
    const run = await repository.createRun({ run: "r1" });
    const workspaces = await Promise.all([0, 1].map((index) => run.openWorkspace(index)));
    const landed = await commit(workspaces[0], "a.md", "one", 3);
    const waiting = await commit(workspaces[1], "b.md", "two");
    await run.land(landed);
    await here({ landed, waiting });`,
  )) as { landed: string; waiting: string };
  await using run = await reopen(at);
  expect(run.tip()).toBe(commits.landed);
  expect(await run.landedCommits()).toEqual([{ task: "one", attempt: 3, commit: commits.landed }]);
  expect(await run.hasCommit(commits.waiting)).toBe(true);
  expect(await run.land(commits.landed)).toEqual({ kind: "landed", commit: commits.landed });
  const landing = await run.land(commits.waiting);
  expect(landing.kind).toBe("landed");
  await run.land(await edit(await run.openWorkspace(0), "c.md", "three"));
  expect((await run.landedCommits()).map(({ task }) => task)).toEqual(["one", "two"]);
  expect((await run.deliver()).kind).toBe("merged");
  for (const name of ["a.md", "b.md", "c.md"]) {
    expect((await at.sample.read(name)).split("\n")).toHaveLength(3);
  }
  expect(await at.repository.isOnBranch(commits.landed, "main")).toBe(true);
});

test("a commit that landed behind others, and of which nobody was told, is not landed again", async () => {
  await using at = await setting({ files: FILES });
  const second = (await killed(
    at,
    `${COMMIT}
    const run = await repository.createRun({ run: "r1" });
    const workspaces = await Promise.all([0, 1].map((index) => run.openWorkspace(index)));
    const first = await commit(workspaces[0], "a.md", "one");
    const second = await commit(workspaces[1], "b.md", "two");
    await run.land(first);
    await run.land(second);
    await here(second);`,
  )) as string;
  await using run = await reopen(at);
  const landed = (await run.landedCommits()).at(-1)?.commit;
  expect(landed).not.toBe(second);
  expect(await run.land(second)).toEqual({ kind: "landed", commit: landed });
  expect(await run.landedCommits()).toHaveLength(2);
});

test("a landing that outlives its process is waited for before the tip is read", async () => {
  await using at = await setting({ files: FILES });
  const leave = join(at.worktrees, "leave");
  const began = join(at.worktrees, "began");
  // Git asks this hook in the midst of its ref's transaction.
  const hook = `#!/bin/sh\ntrap '' TERM\n[ "$1" = prepared ] || exit 0\ntouch '${began}'\nwhile [ ! -e '${leave}' ]; do sleep 0.02; done\n`;
  await killed(
    at,
    `${COMMIT}
    import { spawn } from "node:child_process";
    const run = await repository.createRun({ run: "r1" });
    const id = await commit(await run.openWorkspace(0), "a.md", "one");
    await mkdir(directory + "/hooks", { recursive: true });
    await writeFile(directory + "/hooks/reference-transaction", ${JSON.stringify(hook)}, { mode: 0o755 });
    // As the process that starts git would leave it, had it been killed too.
    spawn("git", ["-c", "core.hooksPath=" + directory + "/hooks", "update-ref", run.ref, id], {
      cwd: root, detached: true, stdio: "ignore",
      env: { ...process.env, CLUSTER_WORKTREES: (await run.openWorkspace(1)).path.replace(/\\/1$/, "") },
    });
    await here();`,
    { before: () => waitFor(() => access(began).then(() => true)) },
  );
  let opened = false;
  const reopening = reopen(at).then((run) => {
    opened = true;
    return run;
  });
  // Others are opened meanwhile, a stale lock and all.
  for (const other of ["r2", "r3", "r4"]) {
    await write(at.sample, `.git/refs/heads/cluster/${other}.lock`, "");
    await (await reopen(at, other)).dispose();
  }
  expect(opened).toBe(false);
  await writeFile(leave, "");
  await using run = await reopening;
  expect((await run.landedCommits()).map(({ task }) => task)).toEqual(["one"]);
});

test("without its ref it begins at the base again, and a lock that its git left is no obstacle", async () => {
  await using at = await setting({ files: FILES });
  const lock = join(at.sample.path, ".git/refs/heads/cluster/r1.lock");
  await write(at.sample, ".git/refs/heads/cluster/r1.lock", "");
  await write(at.sample, ".git/refs/cluster/r1/t1.lock", "");
  await using run = await reopen(at);
  await expect(access(lock)).rejects.toThrow();
  expect(run.tip()).toBe(run.base);
  expect(await at.sample.git("rev-parse", run.ref)).toBe(run.base);
  expect(await run.landedCommits()).toEqual([]);
  expect(await run.park(run.base, "t1")).toBe("refs/cluster/r1/t1");
});

test("without its ref it goes on at the last commit that is known to have landed on it", async () => {
  await using at = await setting({ files: FILES });
  const first = await at.repository.createRun({ run: "r1" });
  const workspace = await first.openWorkspace(0);
  const landed: string[] = [];
  for (const line of ["one", "two", "three"]) {
    await workspace.reset();
    await first.land(await edit(workspace, "a.md", line));
    landed.push(first.tip());
  }
  await first.dispose();
  await at.sample.git("branch", "-qD", "cluster/r1");
  const [one, two, three] = landed as [string, string, string];
  const elsewhere = await at.sample.git("commit-tree", "-m", "No part of it", "HEAD^{tree}");
  const gone = "1".repeat(40);
  await using run = await at.repository.reopenRun({
    run: "r1",
    base: first.base,
    target: "main",
    landed: () => [two, elsewhere, three, gone, one],
  });
  expect(run.tip()).toBe(three);
  expect(await at.sample.git("rev-parse", run.ref)).toBe(three);
});

test("the trailers that count are the last ones, and only those of this run", async () => {
  await using at = await setting({ files: FILES });
  await using run = await at.repository.createRun({ run: "r1" });
  const workspace = await run.openWorkspace(0);
  const messages = [
    "Words\n\nCluster-Run: r1\nCluster-Task: forged\nCluster-Attempt: 9",
    "Cluster-Task: forged\n\nmore",
    "Grüße\u2028\n\nSigned-off-by: me",
  ];
  for (const [n, message] of messages.entries()) {
    await write(workspace, "a.md", `${n}\n`);
    const trailers = { "Cluster-Task": `tâsk ${n}`, "Cluster-Attempt": n + 1 };
    await run.land(String(await workspace.commit({ paths: "all", message, trailers })));
    await workspace.reset();
  }
  await write(workspace, "a.md", "last\n");
  await run.land(String(await workspace.commit({ paths: "all", message: "No task" })));
  const landed = await run.landedCommits();
  const [first, ...later] = landed;
  expect(await run.landedCommits({ after: String(first?.commit) })).toEqual(later);
  for (const after of ["0".repeat(40), "--help"]) {
    expect(await run.landedCommits({ after })).toEqual(landed);
  }
  expect(landed.map(({ task, attempt }) => [task, attempt])).toEqual([
    ["tâsk 0", 1],
    ["tâsk 1", 2],
    ["tâsk 2", 3],
  ]);
});

test("what is no commit, or is gone, is no error", async () => {
  await using at = await setting({ files: FILES });
  await using run = await at.repository.createRun({ run: "r1" });
  const tree = await at.sample.git("rev-parse", "HEAD^{tree}");
  for (const id of [tree, "0".repeat(40), "HEAD", "--help", "", `${run.base}\n${run.base}`]) {
    expect(await run.hasCommit(id)).toBe(false);
    expect(await at.repository.isOnBranch(id === "HEAD" ? "x" : id, "main")).toBe(false);
  }
  expect(await run.hasCommit(run.base)).toBe(true);
  expect(await at.repository.isOnBranch(run.base, "gone")).toBe(false);
  await rm(join(at.sample.path, ".git/objects", tree.slice(0, 2), tree.slice(2)));
  expect(await run.hasCommit(run.base)).toBe(false);
  await expect(
    at.repository.reopenRun({ run: "r2", base: "nowhere", target: "main" }),
  ).rejects.toMatchObject({ code: "OPTION_INVALID" });
});
