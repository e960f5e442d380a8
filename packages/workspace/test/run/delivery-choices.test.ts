import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { DELIVERY_MODES, type RunBranch } from "../../src/index.ts";
import { type Setting, setting, write } from "../setting.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n", "other.md": "other\n" };

/** A run on which three tasks have landed. */
async function landed(at: Setting): Promise<RunBranch> {
  const run = await at.repository.createRun({ run: "r1" });
  const workspace = await run.openWorkspace(0);
  for (const [n, file] of ["a.md", "b.md", "c.md"].entries()) {
    await workspace.reset();
    await write(workspace, file, `${file} edited ü\n`);
    if (n === 2) await write(workspace, "image.bin", new Uint8Array([0, 1, 2, 255]));
    const commit = await workspace.commit({
      paths: "all",
      message: `Edit ${file}: ü`,
      tool: "aider",
      author: { name: "Worker Bee", email: "bee@example.invalid" },
      trailers: { "Cluster-Task": `t${n}`, "Cluster-Attempt": 1 },
    });
    await run.land(String(commit));
  }
  return run;
}

async function moveOn(at: Setting): Promise<string> {
  await at.sample.write("other.md", "the user's\n");
  return at.sample.commit("The user's own");
}

async function expectEdits(at: Setting): Promise<void> {
  for (const file of ["a.md", "b.md", "c.md"]) {
    expect(await at.sample.read(file)).toBe(`${file} edited ü\n`);
  }
  expect(await at.sample.git("status", "--porcelain")).toBe("");
}

const log = (at: Setting, range: string): Promise<string> =>
  at.sample.git("log", "--format=%an: %s", range);

describe("squash", () => {
  test("is one commit with the trailers of all, and each task's own commit is kept", async () => {
    await using at = await setting({ files: FILES });
    await using run = await landed(at);
    const tip = run.tip();
    const delivery = await run.deliver({ as: "squash" });
    expect(delivery).toEqual({
      kind: "merged",
      branch: "main",
      commit: await at.sample.git("rev-parse", "HEAD"),
      originals: "refs/cluster/r1/landed",
    });
    expect(await at.sample.git("rev-parse", "refs/cluster/r1/landed")).toBe(tip);
    expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
    expect(await at.sample.git("log", "--format=%P", "-1")).toBe(run.base);
    expect(await at.sample.git("log", "--format=%B", "-1")).toBe(
      [
        "cluster: 3 tasks of run r1",
        "",
        "* Edit a.md: ü",
        "* Edit b.md: ü",
        "* Edit c.md: ü",
        "",
        "Cluster-Run: r1",
        ...["t0", "t1", "t2"].flatMap((task) => [
          `Cluster-Task: ${task}`,
          "Cluster-Attempt: 1",
          ...(task === "t0" ? ["Cluster-Tool: aider"] : []),
        ]),
        "",
      ].join("\n"),
    );
    await expectEdits(at);
  });

  test("onto a branch that has moved on, and not twice", async () => {
    await using at = await setting({ files: FILES });
    await using run = await landed(at);
    const mine = await moveOn(at);
    await at.sample.git("branch", "again", run.tip());
    await run.deliver({ as: "squash" });
    expect(await at.sample.git("log", "--format=%P", "-1")).toBe(mine);
    await expectEdits(at);
    // As when the process died before it could say so.
    const head = await at.sample.git("rev-parse", "HEAD");
    await at.sample.git("branch", "cluster/r1", "again");
    await using more = await at.repository.reopenRun({ run: "r1", base: run.base, target: "main" });
    expect(await more.deliver({ as: "squash" })).toMatchObject({ kind: "merged", commit: head });
  });

  test("of one task is that task's commit", async () => {
    await using at = await setting({ files: FILES });
    await using run = await at.repository.createRun({ run: "r1" });
    const workspace = await run.openWorkspace(0);
    await write(workspace, "a.md", "edited\n");
    await run.land(String(await workspace.commit({ paths: "all", message: "Only" })));
    const tip = run.tip();
    expect(await run.deliver({ as: "squash" })).toEqual({
      kind: "merged",
      branch: "main",
      commit: tip,
    });
  });
});

describe("rebase", () => {
  test("is a commit for each task on top of what the user has, with author and message", async () => {
    await using at = await setting({ files: FILES });
    await using run = await landed(at);
    const mine = await moveOn(at);
    const dates = await at.sample.git("log", "--format=%ad", `${run.base}..${run.tip()}`);
    expect(await run.deliver({ as: "rebase" })).toMatchObject({
      kind: "merged",
      originals: "refs/cluster/r1/landed",
    });
    expect((await log(at, `${mine}..HEAD`)).split("\n")).toEqual([
      "Worker Bee: Edit c.md: ü",
      "Worker Bee: Edit b.md: ü",
      "Worker Bee: Edit a.md: ü",
    ]);
    expect(await at.sample.git("log", "--format=%ad", `${mine}..HEAD`)).toBe(dates);
    expect(await at.sample.git("log", "--merges", "--format=%s")).toBe("");
    expect((await at.sample.git("show", "--stat", "--format=", "HEAD~2")).split("\n")).toHaveLength(
      2,
    );
    await expectEdits(at);
  });

  test("leaves out what the user has got by another way, and is the branch itself where that fits", async () => {
    await using at = await setting({ files: FILES });
    await using run = await landed(at);
    await at.sample.write("a.md", "a.md edited ü\n");
    const mine = await at.sample.commit("The same by hand");
    await run.deliver({ as: "rebase" });
    expect((await log(at, `${mine}..HEAD`)).split("\n")).toHaveLength(2);
    await using next = await at.repository.createRun({ run: "r2" });
    const workspace = await next.openWorkspace(0);
    await write(workspace, "b.md", "again\n");
    const commit = await workspace.commit({ paths: "all", message: "Again" });
    await next.land(String(commit));
    expect(await next.deliver({ as: "rebase" })).toEqual({
      kind: "merged",
      branch: "main",
      commit,
    });
  });
});

test("a branch only: nothing is checked out, and the command that lands it works", async () => {
  await using at = await setting({ files: FILES });
  await using run = await landed(at);
  const delivery = await run.deliver({ as: "branch" });
  expect(delivery).toMatchObject({ kind: "kept", branch: "cluster/r1" });
  expect(await at.sample.git("rev-parse", "HEAD")).toBe(run.base);
  await at.sample.git("switch", "-qc", "topic");
  const landing = "git switch main && git merge cluster/r1";
  const kept = { kind: "kept", branch: "cluster/r1", command: landing };
  expect(await run.deliver({ as: "branch" })).toMatchObject(kept);
  expect(await run.undelivered("it was halted")).toEqual({ ...kept, reason: "it was halted" });
  expect(await run.undelivered("it was halted", { as: "patches" })).toMatchObject({
    command: expect.stringMatching(/^git format-patch /),
  });
  await at.sample.git("switch", "-q", "main");
  await at.sample.git(...(delivery as { command: string }).command.split(" ").slice(1));
  await expectEdits(at);
});

test("a conflict keeps the branch, with a command in the sense of the choice", async () => {
  await using at = await setting({ files: FILES });
  await using run = await landed(at);
  await at.sample.write("b.md", "in the way\n");
  const head = await at.sample.commit("The user's own");
  const base = run.base.slice(0, 12);
  const expected = {
    squash: "git merge --squash cluster/r1 && git commit",
    rebase: `git cherry-pick ${base}..cluster/r1`,
  } as const;
  for (const as of ["squash", "rebase"] as const) {
    expect(await run.deliver({ as })).toMatchObject({
      kind: "kept",
      reason: expect.stringContaining("b.md"),
      command: expected[as],
    });
  }
  expect(await at.sample.git("rev-parse", "HEAD")).toBe(head);
  expect(await at.sample.git("status", "--porcelain")).toBe("");
});

describe("patches", () => {
  test("are a file for each task, which git am and git apply take, whatever the user's format is", async () => {
    await using at = await setting({
      files: FILES,
      async prepare(sample) {
        const odd = {
          "format.attach": "true",
          "format.signOff": "true",
          "format.suffix": ".txt",
          "format.coverLetter": "true",
          "format.notes": "true",
          "format.from": "true",
          "diff.noprefix": "true",
          "diff.mnemonicPrefix": "true",
          "diff.context": "0",
          "color.ui": "always",
        };
        for (const [key, value] of Object.entries(odd)) await sample.git("config", key, value);
      },
    });
    await using run = await landed(at);
    await using folder = await temporaryFolder();
    const to = join(folder.path, "new", "patches");
    const tip = run.tip();
    expect(await run.deliver({ as: "patches", folder: to })).toEqual({
      kind: "patches",
      folder: to,
      files: 3,
      originals: "refs/cluster/r1/landed",
    });
    expect(await at.sample.git("rev-parse", "HEAD", "refs/cluster/r1/landed")).toBe(
      `${run.base}\n${tip}`,
    );
    expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
    const files = (await readdir(to)).sort();
    expect(files).toEqual(["0001-Edit-a.md.patch", "0002-Edit-b.md.patch", "0003-Edit-c.md.patch"]);
    expect(await readdir(join(folder.path, "new"))).toEqual(["patches"]);
    const paths = files.map((file) => join(to, file));
    await at.sample.git("apply", "--check", ...paths);
    await at.sample.git("-c", "format.signOff=false", "am", "-q", ...paths);
    await expectEdits(at);
    expect(await at.sample.git("rev-parse", "HEAD^{tree}")).toBe(
      await at.sample.git("rev-parse", `${tip}^{tree}`),
    );
    expect(await at.sample.git("log", "--format=%an %B", "-3")).toBe(
      await at.sample.git("log", "--format=%an %B", "-3", tip),
    );
  });

  test("do not go into a folder of the user's with something in it, and the branch stays", async () => {
    await using at = await setting({ files: FILES });
    await using run = await landed(at);
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "0001-Edit-a.md.patch"), "mine");
    const delivery = await run.deliver({ as: "patches", folder: folder.path });
    expect(delivery).toMatchObject({ kind: "kept", reason: expect.stringContaining(folder.path) });
    expect(await readFile(join(folder.path, "0001-Edit-a.md.patch"), "utf8")).toBe("mine");
    expect(await at.sample.git("rev-parse", "cluster/r1")).toBe(run.tip());
  });

  test("that a killed process had written already count as written", async () => {
    await using at = await setting({ files: FILES });
    await using run = await landed(at);
    await using folder = await temporaryFolder();
    const to = join(folder.path, "patches");
    const tip = run.tip();
    await run.deliver({ as: "patches", folder: to });
    await at.sample.git("branch", "cluster/r1", tip);
    await write({ path: folder.path }, ".patches-r1/half.patch", "half");
    await using more = await at.repository.reopenRun({ run: "r1", base: run.base, target: "main" });
    expect(await more.deliver({ as: "patches", folder: to })).toMatchObject({
      kind: "patches",
      originals: "refs/cluster/r1/landed",
    });
    expect(await readdir(folder.path)).toEqual(["patches"]);
  });
});

test("without a landed commit there is nothing, whatever was chosen; a wrong choice is refused", async () => {
  await using at = await setting({ files: FILES });
  await using folder = await temporaryFolder();
  for (const as of DELIVERY_MODES) {
    await using run = await at.repository.createRun({ run: as });
    expect(await run.deliver({ as, folder: join(folder.path, "p") })).toEqual({ kind: "nothing" });
  }
  await using run = await landed(at);
  const wrong = { as: "sqash" as "squash" };
  await expect(run.deliver(wrong)).rejects.toMatchObject({ code: "OPTION_INVALID" });
  await expect(run.deliver({ as: "patches" })).rejects.toMatchObject({ code: "OPTION_INVALID" });
  expect(await readdir(folder.path)).toEqual([]);
});
