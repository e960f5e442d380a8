import { appendFile, chmod, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SampleRepository } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { type WorkSetting, workSetting, write } from "../setting.ts";

const ODD = ["-dash.md", 'quote".md', "new\nline.md", "spa ce.md", "ü/日本.md", "*.md"];

function show(at: WorkSetting, commit: string | null, format: string): Promise<string> {
  return at.sample.git("log", "-1", `--format=${format}`, String(commit));
}

/** The paths that a commit changes, as git prints them between NULs. */
async function changed(at: WorkSetting, commit: string | null): Promise<string[]> {
  const listed = await at.sample.git(
    "show",
    "-z",
    "--no-renames",
    "--name-status",
    "--format=",
    String(commit),
  );
  const parts = listed.split("\0");
  return parts.flatMap((status, index) =>
    index % 2 === 0 && status ? [`${status} ${parts[index + 1]}`] : [],
  );
}

describe("which changes it holds", () => {
  test("only those that are named, whatever their names", async () => {
    await using at = await workSetting({
      files: Object.fromEntries(ODD.map((path) => [path, `${path}\n`])),
    });
    for (const path of ODD) await appendFile(join(at.workspace.path, path), "more\n");
    await write(at.workspace, "other.md", "x");
    await write(at.workspace, "other/new\nline", "x");
    const commit = await at.workspace.commit({ paths: [...ODD, "unchanged.md"], message: "Odd" });
    expect((await changed(at, commit)).sort()).toEqual(ODD.map((path) => `M ${path}`).sort());
    const rest = await at.workspace.commit({ paths: ["other/new\nline"], message: "New" });
    expect(await changed(at, rest)).toEqual(["A other/new\nline"]);
    const all = await at.workspace.commit({ paths: "all", message: "All" });
    expect(await changed(at, all)).toHaveLength(ODD.length + 2);
  });

  test("both ends of a rename, modes, links, deletions, a file that became a folder", async () => {
    await using at = await workSetting({
      files: {
        "old.md": "1\n2\n3\n",
        "run.sh": "x\n",
        "gone.md": "gone\n",
        file: "file\n",
        "l.md": "l\n",
      },
    });
    const { path } = at.workspace;
    await rename(join(path, "old.md"), join(path, "new.md"));
    await chmod(join(path, "run.sh"), 0o755);
    await rm(join(path, "gone.md"));
    await rm(join(path, "file"));
    await write(at.workspace, "file/inner.md", "wholly different\nlines\n");
    await rm(join(path, "l.md"));
    await symlink("run.sh", join(path, "l.md"));
    await write(at.workspace, "left-out.md", "x");
    const paths = ["new.md", "run.sh", "gone.md", "file", "file/inner.md", "l.md"];
    const commit = await at.workspace.commit({ paths, message: "Many" });
    expect((await changed(at, commit)).sort()).toEqual(
      [
        "A file/inner.md",
        "A new.md",
        "D file",
        "D gone.md",
        "D old.md",
        "M run.sh",
        "T l.md",
      ].sort(),
    );
    const tree = await at.sample.git("ls-tree", "-r", String(commit));
    expect(tree).toMatch(/^100755 .*\trun\.sh$/m);
    expect(tree).toMatch(/^120000 .*\tl\.md$/m);
  });

  test.runIf(process.platform === "linux")(
    "a name that is not UTF-8, by itself or with all",
    async () => {
      await using at = await workSetting({ files: { "a.md": "a\n" } });
      const name = Buffer.concat([
        Buffer.from(`${at.workspace.path}/`),
        Buffer.from([0x78, 0xff, 0x2e]),
      ]);
      await writeFile(name, "x");
      await write(at.workspace, "other.md", "x");
      const { inside } = await at.workspace.changes([]);
      const odd = inside.find(({ path }) => path.startsWith("x"))?.path;
      const listed = async (commit: string | null): Promise<string> =>
        at.sample.git("-c", "core.quotePath=true", "ls-tree", "--name-only", String(commit));
      expect(await listed(await at.workspace.commit({ paths: [String(odd)], message: "x" }))).toBe(
        'a.md\n"x\\377."',
      );
      expect(await listed(await at.workspace.commit({ paths: "all", message: "x" }))).toBe(
        'a.md\nother.md\n"x\\377."',
      );
    },
  );

  test("none: null, for nothing at all, for paths without a change, for no paths", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    expect(await at.workspace.commit({ paths: "all", message: "x" })).toBeNull();
    await write(at.workspace, "b.md", "b\n");
    expect(await at.workspace.commit({ paths: ["a.md"], message: "x" })).toBeNull();
    expect(await at.workspace.commit({ paths: [], message: "x" })).toBeNull();
  });

  test("what is there now, or what certain changes saw", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    await write(at.workspace, "a.md", "seen\n");
    const changes = await at.workspace.changes(["a.md"]);
    await write(at.workspace, "a.md", "formatted later\n");
    const seen = await at.workspace.commit({ paths: ["a.md"], message: "x", changes });
    const now = await at.workspace.commit({ paths: ["a.md"], message: "x" });
    expect(await at.sample.git("show", `${seen}:a.md`)).toBe("seen");
    expect(await at.sample.git("show", `${now}:a.md`)).toBe("formatted later");
  });
});

describe("its words", () => {
  test("trailers in their order, readable by git, after a message of any kind", async () => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    await write(at.workspace, "a.md", "b\n");
    const message =
      '# A title, not a comment\r\n\r\n- Body: ü "quoted"\0\n\nNote: one\nReviewed-by: A <a@b>  \n\n';
    const commit = await at.workspace.commit({
      paths: "all",
      message,
      trailers: { "Cluster-Task": "ab12", "Cluster-Attempt": 2, "Odd-Value": "two\nlines" },
      tool: "sample",
    });
    expect(await show(at, commit, "%s")).toBe("# A title, not a comment");
    expect(await show(at, commit, "%B")).toContain('- Body: ü "quoted"');
    expect(await show(at, commit, "%(trailers)")).toBe(
      "Note: one\nReviewed-by: A <a@b>\nCluster-Run: r1\nCluster-Task: ab12\nCluster-Attempt: 2\nOdd-Value: two lines\nCluster-Tool: sample\n",
    );
  });

  test.for([
    "Fix: looks like a trailer",
    "Title\n\nSome words.\nKey: in the midst of them",
    "Title\n\n---\n\ndiff --git a/x b/x",
    "Title\n\nKey: value\n  continued",
    "x".repeat(300_000),
    "",
    " \n\t\n",
  ])("trailers are found again after %j", async (message) => {
    await using at = await workSetting({ files: { "a.md": "a\n" } });
    await write(at.workspace, "a.md", "b\n");
    const commit = await at.workspace.commit({
      paths: "all",
      message,
      trailers: { "Cluster-Task": "t" },
    });
    const found = await show(
      at,
      commit,
      "%(trailers:key=Cluster-Run,valueonly)%(trailers:key=Cluster-Task,valueonly)",
    );
    expect(found).toBe("r1\nt\n");
    expect((await show(at, commit, "%s")).length).toBeGreaterThan(0);
  });
});

describe("its author", () => {
  test("the user of the configuration", async () => {
    await using at = await workSetting({
      authorless: true,
      async prepare(sample) {
        await sample.git("config", "user.name", "Jo Müller");
        await sample.git("config", "user.email", "jo@example.invalid");
      },
    });
    await write(at.workspace, "x.md", "x");
    const commit = await at.workspace.commit({ paths: "all", message: "x" });
    const who = "Jo Müller <jo@example.invalid>";
    expect(await show(at, commit, "%an <%ae>|%cn <%ce>")).toBe(`${who}|${who}`);
  });

  test("an author of one's own; the committer stays the user", async () => {
    await using at = await workSetting();
    await write(at.workspace, "x.md", "x");
    const author = { name: "Somebody", email: "else@example.invalid" };
    const commit = await at.workspace.commit({ paths: "all", message: "x", author });
    expect(await show(at, commit, "%an|%ae|%cn")).toBe(
      "Somebody|else@example.invalid|Sample Author",
    );
  });

  test("cluster, when nobody is configured", async () => {
    await using at = await workSetting({ authorless: true, prepare: forgetUser });
    await write(at.workspace, "x.md", "x");
    const commit = await at.workspace.commit({ paths: "all", message: "x" });
    expect(at.repository.author).toEqual({ name: "cluster", email: "cluster@localhost" });
    expect(await show(at, commit, "%an|%ae|%cn|%ce")).toBe(
      "cluster|cluster@localhost|cluster|cluster@localhost",
    );
    expect((await at.run.land(String(commit))).kind).toBe("landed");
  });
});

async function forgetUser(sample: SampleRepository): Promise<void> {
  await sample.git("config", "--unset", "user.name");
  await sample.git("config", "--unset", "user.email");
}
