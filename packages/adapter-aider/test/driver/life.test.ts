import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const TASK = { message: "Add an id", files: ["one.md"] };

let fixture: Fixture;

beforeAll(async () => {
  fixture = await aiderFixture({
    files: { "one.md": "# One\n", "two.md": "# Two\n", "sub/three.md": "# Three\n" },
    // A repository map makes aider keep a cache of tags beside the user's files.
    aider: { extraArguments: ["--map-tokens", "1024"], retryForMs: 30_000 },
  });
  await fixture.pool.ready();
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

function pid(): number | null | undefined {
  return fixture.pool.status().instances[0]?.pid;
}

describe("a turn that is given up", () => {
  test.each([
    ["while the model is silent", { kind: "hang" } as const],
    ["while aider waits for its next try", { kind: "status", status: 500 } as const],
  ])("%s leaves the process in step", async (_when, behaviour) => {
    const before = pid();
    fixture.model.setBehaviour(behaviour);
    fixture.model.clearCalls();
    const turn = fixture.pool.run({ ...TASK, message: "The first wish" });
    await waitFor(() => fixture.model.calls.length > 0);
    turn.cancel();
    await expect(turn).rejects.toMatchObject({ code: "TURN_CANCELLED" });
    fixture.model.setBehaviour({ kind: "edit" });
    const { error, events } = await fixture.tell(TASK);
    expect(error).toBeNull();
    expect(events.map(({ type }) => type)).not.toContain("setback");
    expect(fixture.model.calls).toHaveLength(1);
    expect(JSON.stringify(fixture.model.calls[0]?.messages)).not.toContain("The first wish");
    expect(pid()).toBe(before);
    await fixture.repository.git("reset", "--quiet", "--hard");
  });

  test("many in a row, at any moment, never put it out of step", async () => {
    const before = pid();
    for (let round = 0; round < 100; round++) {
      const turn = fixture.pool.run(TASK);
      turn.catch(() => {});
      await turn.assigned;
      await new Promise((resolve) => setImmediate(resolve));
      turn.cancel();
      await turn.then(
        () => {},
        () => {},
      );
    }
    await fixture.repository.git("reset", "--quiet", "--hard");
    // A lock that one of them left behind would make the next turn wait for minutes.
    expect((await fixture.tell(TASK, { turnTimeoutMs: 20_000 })).error).toBeNull();
    expect(pid()).toBe(before);
    await fixture.repository.git("reset", "--quiet", "--hard");
  });

  test("by a deadline, it keeps the process too", async () => {
    const before = pid();
    fixture.model.setBehaviour({ kind: "hang" });
    const { error } = await fixture.tell(TASK, { turnTimeoutMs: 300 });
    expect(error).toMatchObject({ code: "TURN_TIMEOUT" });
    fixture.model.setBehaviour({ kind: "edit" });
    expect((await fixture.tell(TASK)).error).toBeNull();
    expect(pid()).toBe(before);
    await fixture.repository.git("reset", "--quiet", "--hard");
  });
});

describe("context", () => {
  test("turns of one lease share it, the next lease has none of it", async () => {
    fixture.model.setBehaviour({ kind: "no-change" });
    {
      await using lease = await fixture.pool.lease();
      await lease.run({ message: "Remember the number 4711", files: ["one.md"] });
      fixture.model.clearCalls();
      await lease.run({ message: "Which number?", files: ["two.md"] });
      const [call] = fixture.model.calls;
      expect(JSON.stringify(call?.messages)).toContain("4711");
      expect(call?.files.map(({ path }) => path)).toEqual(["two.md"]);
      await lease.release("reset");
    }
    await fixture.tell({ message: "Which number?" });
    const [call] = fixture.model.calls;
    expect(JSON.stringify(call?.messages)).not.toContain("4711");
    expect(call?.files).toEqual([]);
    fixture.model.setBehaviour({ kind: "edit" });
  });

  test("each turn sees the files as they are, also after HEAD has moved", async () => {
    const { repository } = fixture;
    await repository.write("one.md", "# Changed\n");
    await repository.write("four.md", "# Four\n");
    const commit = await repository.commit("Move on");
    await repository.git("reset", "--quiet", "--hard", "HEAD~1");
    await fixture.tell(TASK);
    expect(fixture.model.calls[0]?.files[0]?.content).toBe("# One\n");
    await repository.git("reset", "--quiet", "--hard", commit);
    const { result } = await fixture.tell({ message: "Both", files: ["one.md", "four.md"] });
    expect(fixture.model.calls[0]?.files.map(({ content }) => content).sort()).toEqual([
      "# Changed\n",
      "# Four\n",
    ]);
    expect(result?.claimedEdits.toSorted()).toEqual(["four.md", "one.md"]);
    await repository.git("reset", "--quiet", "--hard", "HEAD~1");
  });
});

describe("settings that change between two turns", () => {
  test("count from the next turn on, and the conversation goes on", async () => {
    const { repository, model, pool } = fixture;
    await using lease = await pool.lease();
    await lease.run({ ...TASK, message: "The first wish" });
    await repository.write(".aider.conf.yml", "edit-format: whole\nread: [two.md]\n");
    model.clearCalls();
    await lease.run({ ...TASK, message: "The second wish" });
    const [call] = model.calls;
    expect(call).toMatchObject({ editFormat: "whole" });
    expect(call?.readOnlyFiles.map(({ path }) => path)).toEqual(["two.md"]);
    expect(JSON.stringify(call?.messages)).toContain("The first wish");
    await repository.git("clean", "--quiet", "-fdx");
    await repository.git("reset", "--quiet", "--hard");
    model.clearCalls();
    await lease.run(TASK);
    expect(model.calls[0]).toMatchObject({ editFormat: "diff", readOnlyFiles: [] });
    await repository.git("reset", "--quiet", "--hard");
    await lease.release("reset");
  });

  test("and so does a repository that comes or goes", async () => {
    await using folder = await temporaryFolder();
    const workspace = join(folder.path, "inner");
    await mkdir(workspace);
    await writeFile(join(workspace, "one.md"), "# One\n");
    expect((await fixture.tell({ ...TASK, workspace })).error).toBeNull();
    await fixture.repository.git("init", "--quiet", folder.path);
    await writeFile(join(folder.path, ".aider.conf.yml"), "edit-format: whole\n");
    await writeFile(join(workspace, "one.md"), "# One again\n");
    const { error, result } = await fixture.tell({ ...TASK, workspace });
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(fixture.model.calls[0]).toMatchObject({ editFormat: "whole" });
  });
});

describe("another model", () => {
  test("for one task only", async () => {
    await fixture.tell({ ...TASK, model: fixture.model.weakModel });
    expect(fixture.model.calls[0]?.model).toBe("stand-in-weak");
    await fixture.tell(TASK);
    expect(fixture.model.calls[0]?.model).toBe("stand-in");
    await fixture.repository.git("reset", "--quiet", "--hard");
  });

  test("that nobody provides fails as environment, and the next turn works", async () => {
    const { error } = await fixture.tell({ ...TASK, model: "nonsense" });
    expect(error).toMatchObject({ failureClass: "environment" });
    expect(String(error)).toContain("nonsense");
    expect((await fixture.tell(TASK)).error).toBeNull();
    await fixture.repository.git("reset", "--quiet", "--hard");
  });
});

describe("another workspace", () => {
  test("a worktree: paths are its own, edits land in it", async () => {
    await using folder = await temporaryFolder();
    const worktree = join(folder.path, "tree");
    await fixture.repository.git("worktree", "add", "--quiet", "--detach", worktree);
    const { result, error } = await fixture.tell({ ...TASK, workspace: worktree });
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(await fixture.repository.git("-C", worktree, "status", "--porcelain")).toBe(" M one.md");
    expect(await fixture.changes()).toEqual([]);
    await fixture.repository.git("worktree", "remove", "--force", worktree);
  });

  test("a folder of a repository: paths start there", async () => {
    const workspace = join(fixture.repository.path, "sub");
    const { result, events } = await fixture.tell({
      message: "Add",
      files: ["three.md"],
      workspace,
    });
    expect(result?.claimedEdits).toEqual(["three.md"]);
    expect(events).toContainEqual({ type: "edit", path: "three.md" });
    expect(await fixture.changes()).toEqual([" M sub/three.md"]);
    await fixture.repository.git("reset", "--quiet", "--hard");
  });

  test("a folder that is no repository", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "one.md");
    await writeFile(file, "# One\n");
    const { result, error } = await fixture.tell({ ...TASK, workspace: folder.path });
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(await readFile(file, "utf8")).toContain("DOC_ID");
  });

  test("one that is gone fails as environment, and the next turn works", async () => {
    await using folder = await temporaryFolder();
    await rm(folder.path, { recursive: true });
    const { error } = await fixture.tell({ ...TASK, workspace: folder.path });
    expect(error).toMatchObject({ failureClass: "environment" });
    expect((await fixture.tell(TASK)).error).toBeNull();
    await fixture.repository.git("reset", "--quiet", "--hard");
  });
});

test("nothing of aider's own lies beside the user's files, and nothing is left at the end", async () => {
  const { repository } = fixture;
  const ignored = await repository.git("status", "--porcelain", "--ignored");
  expect(ignored).toBe("");
  await fixture.pool.shutdown();
  await waitFor(() => fixture.processes().length === 0, { what: "the end of all processes" });
  expect(await fixture.temporaryFiles()).toEqual([]);
});
