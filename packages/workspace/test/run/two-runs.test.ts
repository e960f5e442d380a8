import { once } from "node:events";
import { execa } from "execa";
import { expect, test } from "vitest";
import { edit, setting } from "../setting.ts";

const PROGRAM = `
  import { openRepository } from "@cluster/workspace";
  import { appendFile } from "node:fs/promises";
  const [root, directory, name, first, count] = process.argv.slice(1);
  const repository = await openRepository(root, { directory, lockTimeoutMs: 20_000 });
  await using run = await repository.createRun({ run: name });
  const workspaces = await Promise.all([run.openWorkspace(0), run.openWorkspace(1)]);
  await Promise.all(workspaces.map(async (workspace, worker) => {
    for (let n = Number(first) + worker; n < Number(first) + Number(count); n += 2) {
      await workspace.reset();
      await appendFile(workspace.path + "/" + n + ".md", name + "\\n");
      const commit = await workspace.commit({ paths: [n + ".md"], message: name + " edits " + n });
      const landing = await run.land(commit);
      if (landing.kind !== "landed") throw new Error("conflict in " + landing.files);
    }
  }));
  // All begin to deliver at the same moment.
  console.log("ready");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  process.stdin.destroy();
  console.log(JSON.stringify(await run.deliver()));`;

test("several processes land and deliver at the same time in one repository, and nothing is lost", async () => {
  const each = 4;
  const names = ["one", "two", "three", "four"];
  await using at = await setting({
    files: Object.fromEntries(
      Array.from({ length: each * names.length }, (_, n) => [`${n}.md`, `${n}\n`]),
    ),
  });
  const children = names.map((name, index) =>
    execa(
      process.execPath,
      [
        "--conditions=@cluster/source",
        "--input-type=module-typescript",
        "-e",
        PROGRAM,
        at.sample.path,
        at.worktrees,
        name,
        String(index * each),
        String(each),
      ],
      { cwd: import.meta.dirname, env: at.environment, stdin: "pipe" },
    ),
  );
  await Promise.all(children.map((child) => once(child.stdout, "data")));
  for (const child of children) child.stdin.write("go\n");
  const ended = await Promise.all(children);

  for (const { stdout } of ended) {
    expect(JSON.parse(stdout.split("\n").at(-1) ?? "")).toMatchObject({
      kind: "merged",
      branch: "main",
    });
  }
  expect(await at.sample.git("status", "--porcelain")).toBe("");
  const subjects = (await at.sample.git("log", "--no-merges", "--format=%s")).split("\n").sort();
  const edits = names.flatMap((name, index) =>
    Array.from({ length: each }, (_, n) => `${name} edits ${index * each + n}`),
  );
  expect(subjects).toEqual([...edits, "Begin"].sort());
  for (const [index, name] of names.entries()) {
    for (let n = index * each; n < (index + 1) * each; n++) {
      expect(await at.sample.read(`${n}.md`)).toBe(`${n}\n${name}\n`);
    }
  }
  expect(await at.sample.git("branch", "--list", "cluster/*")).toBe("");
  expect((await at.sample.git("worktree", "list")).split("\n")).toHaveLength(1);
  expect(await at.sample.git("fsck", "--no-dangling", "--strict")).toBe("");
});

test("two runs of one process that change the same line: one is merged, one is kept, both are whole", async () => {
  await using at = await setting({ files: { "a.md": "a\n" } });
  const [one, two] = await Promise.all([at.open(), at.open()]);
  await using first = await one.createRun({ run: "first" });
  await using second = await two.createRun({ run: "second" });
  await Promise.all(
    [first, second].map(async (run) =>
      run.land(await edit(await run.openWorkspace(0), "a.md", run.run)),
    ),
  );
  const deliveries = await Promise.all([first.deliver(), second.deliver()]);
  expect(deliveries.map(({ kind }) => kind).sort()).toEqual(["kept", "merged"]);
  const [merged, kept] = deliveries[0].kind === "merged" ? [first, second] : [second, first];
  expect(await at.sample.read("a.md")).toBe(`a\n${merged.run}\n`);
  expect(await at.sample.git("show", `${kept.ref}:a.md`)).toBe(`a\n${kept.run}`);
  expect(await at.sample.git("status", "--porcelain")).toBe("");
});
