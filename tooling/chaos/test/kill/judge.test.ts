import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  type SampleRepository,
  sampleRepository,
  type TemporaryFolder,
  temporaryFolder,
} from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GitFacts } from "../../src/git/git-facts.ts";
import type { MadeEdit } from "../../src/kill/deaths/edit-log.ts";
import { journalsIn, readJournal } from "../../src/kill/judge/journal-facts.ts";
import { judgeKilled } from "../../src/kill/judge/judge.ts";
import type { ChaosTask } from "../../src/kill/plan.ts";

const task = (name: string, kind: ChaosTask["kind"]): ChaosTask => {
  return { name, kind, files: [`${name}.txt`], prompt: `Do ${name}` };
};
const TASKS = [task("one", "edit"), task("two", "fails")];
const FILES = { "one.txt": "This is one.\n", "two.txt": "This is two.\n" };
const made = (name: string, where: MadeEdit["where"] = "inside"): MadeEdit => {
  return { task: name, path: `${name}.txt`, line: `${name}, ${where} edit 1`, where };
};

let repository: SampleRepository;
let folder: TemporaryFolder;
let journal: DatabaseSync;
let base: string;
let edits: MadeEdit[];

function write(type: string, id: string | null, outcome: string | null, body: object = {}): void {
  journal
    .prepare("INSERT INTO transitions (type, task, token, outcome, body) VALUES (?, ?, 1, ?, ?)")
    .run(type, id, outcome, JSON.stringify(body));
}

function land(
  trailers = "Cluster-Run: r1\nCluster-Task: one\nCluster-Attempt: 1",
): Promise<string> {
  return repository.commit(`Edit\n\n${trailers}`);
}

/** `one` landed, `two` failed and its edit is under a ref. */
beforeEach(async () => {
  repository = await sampleRepository({ files: FILES });
  folder = await temporaryFolder();
  await mkdir(join(folder.path, "runs/sample/r1"), { recursive: true });
  journal = new DatabaseSync(join(folder.path, "runs/sample/r1/journal.sqlite"));
  journal.exec(
    "CREATE TABLE transitions (sequence INTEGER PRIMARY KEY, type TEXT, task TEXT, token INT, outcome TEXT, body TEXT)",
  );
  base = await repository.git("rev-parse", "HEAD");
  edits = TASKS.map(({ name }) => made(name));
  for (const { name, prompt } of TASKS) write("task.planned", name, null, { prompt });
  for (const { name } of TASKS) write("attempt.opened", name, null);
  write("task.ended", "one", "landed");
  write("task.ended", "two", "tool-error");
  await repository.write("two.txt", `${FILES["two.txt"]}${made("two").line}\n`);
  await repository.git("update-ref", "refs/cluster/r1/two", await repository.commit("Kept"));
  await repository.git("reset", "--quiet", "--hard", base);
  await repository.write("one.txt", `${FILES["one.txt"]}${made("one").line}\n`);
  await land();
});
afterEach(async () => {
  journal.close();
  await repository[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function found(tasks: readonly ChaosTask[] = TASKS): string {
  const [path = ""] = journalsIn(folder.path);
  const { violations } = judgeKilled({
    git: new GitFacts(repository.path),
    plan: { files: FILES, tasks, context: "reset", durability: "process" },
    journal: readJournal(path),
    report: null,
    made: edits,
    base,
    state: folder.path,
    cache: join(folder.path, "cache"),
  });
  return violations.join("\n");
}

describe("the judge of killed runs", () => {
  it("has nothing against a run that is whole", () => {
    expect(found()).toBe("");
  });

  it("notices a task that is lost, one without an outcome, and one with two", () => {
    expect(found([...TASKS, task("three", "edit")])).toContain("three is lost");
    write("task.ended", "one", "landed");
    journal.exec("DELETE FROM transitions WHERE type = 'task.ended' AND task = 'two'");
    expect(found()).toContain("one has 2 outcomes");
    expect(found()).toContain("two has 0 outcomes");
    expect(found()).toContain("of the journal is");
  });

  it("notices a task that landed twice, and a commit that is nobody's", async () => {
    await repository.write("one.txt", `${FILES["one.txt"]}${`${made("one").line}\n`.repeat(2)}`);
    await land();
    await land("Cluster-Run: r1\nCluster-Task: other");
    expect(found()).toContain("one landed twice");
    expect(found()).toContain("is no task's");
  });

  it("notices that the journal and git differ on what landed", async () => {
    await repository.git("reset", "--quiet", "--hard", base);
    expect(found()).toContain("one is landed, and git has no commit");
  });

  it("notices a landed edit that no tool made, and one beside the task's file", async () => {
    edits = edits.slice(1);
    expect(found()).toContain("one landed");
    await repository.git("reset", "--quiet", "--hard", base);
    await repository.write("two.txt", "stray\n");
    await land();
    expect(found()).toContain("one landed a change of [two.txt]");
  });

  it("notices that an edit is lost, unless the journal holds it or it was made again", async () => {
    await repository.git("update-ref", "-d", "refs/cluster/r1/two");
    expect(found()).toContain("two: its edit of two.txt is lost");
    edits = [...edits, { ...made("one"), line: "one, inside edit 0" }];
    write("attempt.failed", "two", null, { patch: `+${made("two").line}` });
    expect(found()).toBe("");
    edits = [...edits, made("one", "outside")];
    expect(found()).toContain("one: its edit of one.txt is lost");
  });

  it("notices branches, worktrees, locks and changes that are left", async () => {
    await repository.git("branch", "cluster/r1");
    await repository.git("worktree", "add", "--quiet", "--detach", join(folder.path, "w"));
    await writeFile(join(repository.path, ".git/refs/heads/main.lock"), "");
    await repository.write("stray.txt", "stray\n");
    const owner = new DatabaseSync(join(folder.path, "runs/sample/r1/owner.sqlite"));
    owner.exec("BEGIN IMMEDIATE");
    const text = found();
    owner.close();
    for (const left of [
      "cluster/r1 is left",
      "/w is left",
      "main.lock is left",
      "owner.sqlite is",
    ]) {
      expect(text).toContain(left);
    }
    expect(text).toContain("the checkout is not clean");
  });
});
