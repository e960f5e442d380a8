import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { edit, setting, type WorkSetting, workSetting, write } from "../setting.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n", "c.md": "c\n" };

function subjects(at: { sample: WorkSetting["sample"] }, range: string): Promise<string> {
  return at.sample.git("log", "--reverse", "--format=%s", range);
}

describe("a run's branch", () => {
  test("begins at HEAD and moves nothing that is checked out", async () => {
    await using at = await setting();
    const before = await at.repository.head();
    await using run = await at.repository.createRun({ run: "2026-01-02.x_y" });
    expect(run.ref).toBe("refs/heads/cluster/2026-01-02.x_y");
    expect(run.base).toBe(before.commit);
    expect(run.tip()).toBe(before.commit);
    expect(await at.repository.head()).toEqual(before);
  });

  test("begins at another base when asked", async () => {
    await using at = await setting();
    const first = await at.sample.git("rev-parse", "HEAD");
    await at.sample.commit("second");
    await using run = await at.repository.createRun({ run: "r1", base: "HEAD~1" });
    expect(run.base).toBe(first);
    for (const base of ["nothing", "--all", "HEAD^{tree}", ""]) {
      await expect(at.repository.createRun({ run: "r2", base })).rejects.toMatchObject({
        code: "OPTION_INVALID",
      });
    }
  });

  test("is never made twice, nor below a branch named cluster", async () => {
    await using at = await setting();
    await using run = await at.repository.createRun({ run: "r1" });
    await expect(at.repository.createRun({ run: "r1" })).rejects.toMatchObject({
      code: "BRANCH_EXISTS",
    });
    expect(await at.sample.git("rev-parse", run.ref)).toBe(run.base);

    await using other = await setting();
    await other.sample.git("branch", "cluster");
    await expect(other.repository.createRun({ run: "r1" })).rejects.toMatchObject({
      code: "BRANCH_EXISTS",
      message: expect.stringContaining("refs/heads/cluster"),
    });
  });

  test.for(["", "a b", "-x", ".x", "a..b", "a/b", "x.lock", "x.", "ü", "a\n", "x".repeat(101)])(
    "cannot be named after the run %j",
    async (run) => {
      await using at = await setting();
      await expect(at.repository.createRun({ run })).rejects.toMatchObject({
        code: "OPTION_INVALID",
      });
    },
  );
});

describe("landing", () => {
  test("on the tip is that very commit", async () => {
    await using at = await workSetting({ files: FILES });
    const commit = await edit(at.workspace, "a.md", "1");
    expect(await at.run.land(commit)).toEqual({ kind: "landed", commit });
    expect(at.run.tip()).toBe(commit);
    expect(await at.sample.git("rev-parse", at.run.ref)).toBe(commit);
  });

  test("behind others is one linear commit with the same author, date, words and change", async () => {
    await using at = await workSetting({ files: FILES });
    const ahead = await edit(at.workspace, "a.md", "1");
    await at.workspace.reset(at.run.base);
    await write(at.workspace, "b.md", "ü\n");
    const behind = await at.workspace.commit({
      paths: "all",
      message: "Tïtle\n\nBody: all of it",
      author: { name: "Jö", email: "jo@example.invalid" },
      trailers: { "Cluster-Task": "t" },
    });
    await at.run.land(ahead);
    const landing = await at.run.land(String(behind));
    expect(landing.kind).toBe("landed");
    expect(await at.sample.git("rev-parse", `${at.run.ref}^`)).toBe(ahead);
    const format = "%an|%ae|%at|%ai|%B";
    const of = (commit: string): Promise<string> =>
      at.sample.git("log", "-1", `--format=${format}`, commit);
    expect(await of(at.run.tip())).toBe(await of(String(behind)));
    expect(await at.sample.git("show", `${at.run.tip()}:a.md`)).toBe("a\n1");
    expect(await at.sample.git("show", `${at.run.tip()}:b.md`)).toBe("ü");
  });

  test("of a commit that this process did not make, as one from another machine", async () => {
    await using at = await workSetting({ files: FILES });
    await using clone = await temporaryFolder();
    const git = (...args: string[]) =>
      execa("git", args, { cwd: clone.path, env: at.environment, extendEnv: false });
    await git("clone", "-q", at.sample.path, ".");
    await git("rm", "-q", "c.md");
    await git("commit", "-q", "-m", "From elsewhere\n\nWith a body");
    await at.sample.git("fetch", "-q", clone.path, "main");
    const foreign = await at.sample.git("rev-parse", "FETCH_HEAD");
    await at.run.land(await edit(at.workspace, "a.md", "1"));
    expect((await at.run.land(foreign)).kind).toBe("landed");
    expect(await at.sample.git("log", "-1", "--format=%B", at.run.ref)).toBe(
      "From elsewhere\n\nWith a body\n",
    );
    expect(await at.sample.git("ls-tree", "--name-only", at.run.ref)).toBe("a.md\nb.md");
  });

  test("in conflict changes nothing and names the files", async () => {
    await using at = await workSetting({ files: { "odd\nname.md": "a\n", "b.md": "b\n" } });
    await at.run.land(await edit(at.workspace, "odd\nname.md", "1"));
    const tip = at.run.tip();
    await at.workspace.reset(at.run.base);
    const late = await edit(at.workspace, "odd\nname.md", "2");
    expect(await at.run.land(late)).toEqual({ kind: "conflict", files: ["odd\nname.md"] });
    expect(at.run.tip()).toBe(tip);
    expect(await at.sample.git("rev-parse", at.run.ref)).toBe(tip);
    // On the new tip it lands.
    await at.workspace.reset();
    expect((await at.run.land(await edit(at.workspace, "odd\nname.md", "2"))).kind).toBe("landed");
  });

  test("of many at once keeps every one, in the order in which they came", async () => {
    await using at = await workSetting({
      files: Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n}.md`, `${n}\n`])),
    });
    const commits: string[] = [];
    for (let n = 0; n < 12; n++) {
      await at.workspace.reset(at.run.base);
      commits.push(await edit(at.workspace, `${n}.md`, "x"));
    }
    const landings = await Promise.all(commits.map((commit) => at.run.land(commit)));
    expect(landings.every(({ kind }) => kind === "landed")).toBe(true);
    expect(await subjects(at, `${at.run.base}..${at.run.ref}`)).toBe(
      commits.map((_, n) => `Add x to ${n}.md`).join("\n"),
    );
  });

  test("twice is once", async () => {
    await using at = await workSetting({ files: FILES });
    const commit = await edit(at.workspace, "a.md", "1");
    await at.run.land(commit);
    await at.workspace.reset();
    await at.run.land(await edit(at.workspace, "b.md", "2"));
    expect(await at.run.land(commit)).toEqual({ kind: "landed", commit });
    expect(await at.sample.git("rev-list", "--count", `${at.run.base}..${at.run.ref}`)).toBe("2");
  });

  test("of a commit that is not on top of the run is refused", async () => {
    await using at = await workSetting({ files: FILES });
    await at.sample.git("switch", "-q", "--orphan", "elsewhere");
    const orphan = await at.sample.commit("an orphan");
    const child = await at.sample.commit("its child");
    for (const commit of [orphan, child]) {
      await expect(at.run.land(commit)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    }
    await expect(at.run.land("f".repeat(40))).rejects.toMatchObject({ code: "GIT_FAILED" });
    expect(await at.sample.git("rev-parse", at.run.ref)).toBe(at.run.base);
  });

  test("goes on from where somebody else put the branch", async () => {
    await using at = await workSetting({ files: FILES });
    const commit = await edit(at.workspace, "a.md", "1");
    await at.sample.git("branch", "-f", "cluster/r1", await at.sample.commit("by the user"));
    expect((await at.run.land(commit)).kind).toBe("landed");
    expect(await subjects(at, `${at.run.base}..${at.run.ref}`)).toBe("by the user\nAdd 1 to a.md");
  });

  test("on a branch that somebody deleted says how to bring it back", async () => {
    await using at = await workSetting({ files: FILES });
    await at.run.land(await edit(at.workspace, "a.md", "1"));
    const tip = at.run.tip();
    await at.workspace.reset();
    const commit = await edit(at.workspace, "b.md", "2");
    await at.sample.git("branch", "-qD", "cluster/r1");
    await expect(at.run.land(commit)).rejects.toMatchObject({
      code: "BRANCH_MOVED",
      message: expect.stringContaining(`git update-ref ${at.run.ref} ${tip}`),
    });
  });

  test("that is given up before its turn lands nothing", async () => {
    await using at = await workSetting({ files: FILES });
    const commit = await edit(at.workspace, "a.md", "1");
    const reason = new Error("enough");
    await expect(at.run.land(commit, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(at.run.tip()).toBe(at.run.base);
    expect((await at.run.land(commit)).kind).toBe("landed");
  });
});

describe("parking", () => {
  test("keeps a commit under the task's ref, and another one beside it", async () => {
    await using at = await workSetting({ files: FILES });
    const one = await edit(at.workspace, "a.md", "1");
    const two = await edit(at.workspace, "a.md", "2");
    expect(await at.run.park(one, "ab12")).toBe("refs/cluster/r1/ab12");
    expect(await at.run.park(one, "ab12")).toBe("refs/cluster/r1/ab12");
    expect(await at.run.park(two, "ab12")).toBe("refs/cluster/r1/ab12-2");
    await at.run.dispose();
    expect(await at.sample.git("rev-parse", "refs/cluster/r1/ab12")).toBe(one);
    expect(await at.sample.git("rev-parse", "refs/cluster/r1/ab12-2")).toBe(two);
  });

  test("lets go of what it keeps, and of nothing else", async () => {
    await using at = await workSetting({ files: FILES });
    const one = await edit(at.workspace, "a.md", "1");
    const ref = await at.run.park(one, "ab12");
    await at.run.unpark(at.run.base, "ab12");
    expect(await at.sample.git("rev-parse", ref)).toBe(one);
    await at.run.unpark(one, "ab12");
    await at.run.unpark(one, "ab12");
    expect(await at.sample.git("for-each-ref", "refs/cluster/")).toBe("");
  });

  test("takes any name of a task", async () => {
    await using at = await workSetting({ files: FILES });
    const commit = await edit(at.workspace, "a.md", "1");
    for (const task of ["a/b..c.lock", "ü ~^:?*[\\", "-x", "@{", "y".repeat(500)]) {
      const ref = await at.run.park(commit, task);
      expect(await at.sample.git("rev-parse", ref)).toBe(commit);
    }
    await expect(at.run.park(commit, "")).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });
});

test("what a process that was thought dead has landed of the same task is not landed again", async () => {
  await using at = await workSetting({ files: { "a.md": "a\n" } });
  const trailers = { "Cluster-Task": "t1", "Cluster-Attempt": 1 };
  await write(at.workspace, "a.md", "a\nby the first\n");
  const first = await at.workspace.commit({ paths: "all", message: "first", trailers });
  await at.workspace.reset();
  await write(at.workspace, "a.md", "a\nby the second\n");
  const again = { ...trailers, "Cluster-Attempt": 2 };
  const second = await at.workspace.commit({ paths: "all", message: "second", trailers: again });
  // Its git was still at work when the other process had looked at the branch.
  await at.sample.git("update-ref", at.run.ref, String(first));
  const parkedRef = "refs/cluster/r1/t1-attempt-2";
  expect(await at.run.land(String(second))).toEqual({ kind: "landed", commit: first, parkedRef });
  expect(await at.sample.git("rev-parse", parkedRef)).toBe(second);
  expect(await at.sample.git("rev-list", "--count", `main..${at.run.ref}`)).toBe("1");
});
