import { existsSync } from "node:fs";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { leftoverProcesses, TEST_MARKER, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { RunBranch, Workspace } from "../../src/index.ts";
import { killed } from "../run/killed.ts";
import { type Setting, setting, write } from "../setting.ts";

const FILES = {
  "a.md": "a\n",
  ".gitignore": "node_modules/\n.env\n*.log\n",
  "sub/.gitignore": "odd *\n",
};

/** Installs a package, makes an environment file out of the user's, and counts how often it ran. */
const INSTALL = `
  echo ran >> "$CLUSTER_ROOT/.git/setups"
  cp "$CLUSTER_ROOT/.env" .env
  mkdir -p node_modules/one/lib 'sub/odd [x]*'
  echo one > node_modules/one/lib/index.js
  echo odd > 'sub/odd [x]*/file'
  echo "instance $CLUSTER_INSTANCE" > x.log
  echo changed >> a.md
  echo untracked > untracked.md`;

async function withSetup(
  command: string,
  body: (at: Setting, run: RunBranch) => Promise<void>,
  timeoutMs?: number,
): Promise<void> {
  await using at = await setting({ files: FILES });
  await at.sample.write(".env", "SECRET=1\n");
  const setup = { command, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  await using run = await at.repository.createRun({ run: "r1", setup });
  await body(at, run);
}

async function setups(at: Setting): Promise<number> {
  return (await readFile(join(at.sample.path, ".git/setups"), "utf8")).split("\n").length - 1;
}

const there = (workspace: Workspace, path: string): boolean =>
  existsSync(join(workspace.path, path));

test("a setup runs once in each worktree before its first task, and is no edit", () =>
  withSetup(INSTALL, async (at, run) => {
    const [zero, one] = await Promise.all([run.openWorkspace(0), run.openWorkspace(1)]);
    expect(await readFile(join(zero.path, ".env"), "utf8")).toBe("SECRET=1\n");
    expect(await readFile(join(one.path, "x.log"), "utf8")).toBe("instance 1\n");
    expect(await zero.changes([])).toEqual({ inside: [], outside: [] });
    expect(there(zero, "untracked.md")).toBe(false);
    for (const workspace of [zero, one]) await workspace.reset();
    expect(await setups(at)).toBe(2);
  }));

test("what it left and git ignores outlives a reset, and what a task adds does not", () =>
  withSetup(INSTALL, async (at, run) => {
    const workspace = await run.openWorkspace(0);
    const leftovers = [
      "node_modules/two/index.js",
      "node_modules/one/lib/added.js",
      "node_modules/one/lib/deep/er.js",
      "sub/odd [x]*/added",
      "sub/odd yes/added",
      "sub/odd x",
      "y.log",
      "deep/z.log",
      "new/.env",
      "untracked.md",
    ];
    for (const path of leftovers) await write(workspace, path, "a task's\n");
    await write(workspace, "sub/mine/.gitignore", "*\n");
    await appendFile(join(workspace.path, ".gitignore"), "*.md\n");
    await workspace.reset();
    for (const path of [...leftovers, "deep", "new", "sub/mine", "node_modules/two"]) {
      expect(there(workspace, path), path).toBe(false);
    }
    for (const path of [".env", "x.log", "node_modules/one/lib/index.js", "sub/odd [x]*/file"]) {
      expect(there(workspace, path), path).toBe(true);
    }
    expect(await setups(at)).toBe(1);
  }));

test("when a task removed it, it is made again", () =>
  withSetup(INSTALL, async (at, run) => {
    const workspace = await run.openWorkspace(0);
    await rm(join(workspace.path, "node_modules"), { recursive: true });
    await writeFile(join(workspace.path, "node_modules"), "a file in its place");
    await workspace.reset();
    expect(await setups(at)).toBe(2);
    await rm(workspace.path, { recursive: true });
    await workspace.reset();
    expect(await setups(at)).toBe(3);
    expect(there(workspace, "node_modules/one/lib/index.js")).toBe(true);
    expect(await workspace.changes([])).toEqual({ inside: [], outside: [] });
  }));

test("a failure says what it printed, leaves no worktree, and is not tried again", () =>
  withSetup(
    'echo ran >> "$CLUSTER_ROOT/.git/setups"; echo out; echo "no such package" >&2; exit 7',
    async (at, run) => {
      const failure = await run.openWorkspace(0).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "SETUP_FAILED" });
      const { message } = failure as Error;
      for (const part of ["exited with code 7", "out\nno such package", "exit 7"]) {
        expect(message).toContain(part);
      }
      await expect(run.openWorkspace(1)).rejects.toBe(failure);
      expect(await setups(at)).toBe(1);
      expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
    },
  ));

test("one that takes too long is ended with all that it started", () =>
  withSetup(
    "sleep 600 & sleep 600; wait",
    async (_, run) => {
      await expect(run.openWorkspace(0)).rejects.toMatchObject({
        code: "SETUP_FAILED",
        message: expect.stringContaining("took longer than 50 ms"),
      });
    },
    50,
  ));

test("giving up and disposing of the run end it, with all that it started", async () => {
  const marker = `setup-${process.pid}-${Math.random()}`;
  const command = `export ${TEST_MARKER}=${marker}; touch "$CLUSTER_ROOT/.git/began"; sleep 600 & sleep 600`;
  await withSetup(command, async (at, run) => {
    const began = join(at.sample.path, ".git/began");
    const controller = new AbortController();
    const reason = new Error("second ^C");
    const opening = run.openWorkspace(0, { signal: controller.signal });
    const rejected = expect(opening).rejects.toBe(reason);
    await waitFor(() => existsSync(began) && leftoverProcesses(marker).length >= 2);
    controller.abort(reason);
    await rejected;
    await rm(began);
    const other = run.openWorkspace(1);
    const closed = expect(other).rejects.toMatchObject({ code: "WORKSPACE_CLOSED" });
    await waitFor(() => existsSync(began));
    await run.dispose();
    await closed;
    await waitFor(() => leftoverProcesses(marker).length === 0);
  });
});

test("a setup that a killed process left is ended, and what it had done is nobody's edit", async () => {
  await using at = await setting({ files: FILES });
  const marker = `setup-${process.pid}-${Math.random()}`;
  const command = `export ${TEST_MARKER}=${marker}; echo half > untracked.md; sleep 600`;
  await killed(
    at,
    `const run = await repository.createRun({ run: "r1", setup: { command: ${JSON.stringify(command)} } });
    run.openWorkspace(0).catch(() => {});
    await here();`,
    { before: () => waitFor(() => leftoverProcesses(marker).length > 0) },
  );
  expect(leftoverProcesses(marker)).not.toEqual([]);
  const { commit } = await at.repository.head();
  await using run = await at.repository.reopenRun({ run: "r1", base: commit, target: "main" });
  expect(leftoverProcesses(marker)).toEqual([]);
  expect(await run.salvage()).toEqual([]);
});

test("a setup that is none is refused, and makes no branch", async () => {
  await using at = await setting({ files: FILES });
  for (const setup of [
    { command: " " },
    { command: "true", timeoutMs: 0 },
    { command: "true", timeoutMs: Number.NaN },
  ]) {
    await expect(at.repository.createRun({ run: "r1", setup })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
  }
  expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
});
