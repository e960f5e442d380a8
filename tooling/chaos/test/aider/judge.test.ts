import type { RunReport, TaskOutcome } from "@cluster/batch";
import { type SampleRepository, sampleRepository } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Evidence, judge } from "../../src/aider/judge.ts";
import type { PlannedTask } from "../../src/aider/plan.ts";
import type { SaidEdit } from "../../src/aider/said-edits.ts";
import { GitFacts } from "../../src/git/git-facts.ts";

const FILES = { "a.md": "# A\n", "b.md": "# B\n", "c.md": "# C\n" };
const NAMES = Object.keys(FILES);

let repository: SampleRepository;
let base: string;
let report: RunReport;
let said: SaidEdit[];

const edit = (name: string, where: SaidEdit["where"] = "task"): SaidEdit => {
  const before = (FILES as Record<string, string>)[name] ?? null;
  const path = where === "new" ? `notes/${name}` : name;
  return { call: 1, task: name, path, before, after: `${before}by ${name}\n`, where };
};

/** One commit as a run lands it. */
async function land(name: string, more: Record<string, string> = {}): Promise<string> {
  await repository.write(name, edit(name).after);
  for (const [path, content] of Object.entries(more)) await repository.write(path, content);
  return repository.commit(`Edit\n\nCluster-Run: r1\nCluster-Task: ${name}\nCluster-Attempt: 1`);
}

/** A commit under a ref that is on no branch. */
async function keep(ref: string, path: string, content: string): Promise<void> {
  const head = await repository.git("rev-parse", "HEAD");
  await repository.write(path, content);
  await repository.git("update-ref", ref, await repository.commit("Kept"));
  await repository.git("reset", "--quiet", "--hard", head);
}

function outcome(name: string, about: object, evidence: object = {}): TaskOutcome {
  const refs = { commit: null, parkedRef: null, outsideRef: null, earlierRefs: [], ...evidence };
  return { task: name, files: [name], attempts: 1, evidence: refs, ...about } as never;
}

function verdict(): readonly string[] {
  const tasks = NAMES.map((name): PlannedTask => {
    return { name, file: name, mischief: "none", rival: null };
  });
  const evidence: Evidence = {
    git: new GitFacts(repository.path),
    report,
    planned: ({ task }) => tasks.find(({ name }) => name === task) as PlannedTask,
    said,
    base,
    target: "main",
  };
  return judge(evidence).violations;
}

/** `a.md` landed, `b.md` failed after an edit that is parked, `c.md` left a file outside. */
beforeEach(async () => {
  repository = await sampleRepository({ files: FILES });
  base = await repository.git("rev-parse", "HEAD");
  said = [edit("a.md"), edit("b.md"), edit("c.md", "new")];
  const commit = await land("a.md");
  await keep("refs/cluster/r1/b.md", "b.md", edit("b.md").after);
  await keep("refs/cluster/r1/c.md-outside", "notes/c.md", edit("c.md", "new").after);
  report = {
    run: "r1",
    delivery: { kind: "merged", branch: "main", commit },
    tasks: [
      outcome("a.md", { outcome: "landed" }, { commit }),
      outcome("b.md", { outcome: "tool-error" }, { parkedRef: "refs/cluster/r1/b.md" }),
      outcome("c.md", { outcome: "no-change" }, { outsideRef: "refs/cluster/r1/c.md-outside" }),
    ],
  } as never;
});
afterEach(() => repository[Symbol.asyncDispose]());

function retell(name: string, about: object): void {
  const tasks = report.tasks.map((task) => (task.task === name ? { ...task, ...about } : task));
  report = { ...report, tasks };
}

describe("the judge", () => {
  it("has nothing against a report that is true", () => {
    expect(verdict()).toEqual([]);
  });

  it("notices a task that is said to have landed, and has not", () => {
    retell("b.md", { outcome: "landed" });
    expect(verdict().join()).toContain("b.md is reported landed, and git has no commit");
  });

  it("notices a task that landed, and is said not to have", () => {
    retell("a.md", { outcome: "tool-error" });
    expect(verdict().join()).toContain("a.md is reported tool-error, and git has");
  });

  it("notices a task that landed twice", async () => {
    await repository.git("commit", "--quiet", "--allow-empty", "--reuse-message", "HEAD");
    expect(verdict().join()).toContain("a.md landed twice");
  });

  it("notices a commit that is no task's", async () => {
    await repository.write("b.md", "other\n");
    await repository.commit("Somebody else");
    expect(verdict().join()).toContain("is no task's");
  });

  it("notices an edit that landed beside the task's own", async () => {
    await repository.git("reset", "--quiet", "--hard", base);
    await land("a.md", { "b.md": "stray\n" });
    expect(verdict().join()).toContain("a.md landed a change of [a.md, b.md]");
  });

  it("notices a landed content that the model never said", () => {
    said = said.map((one) => (one.task === "a.md" ? { ...one, after: "other\n" } : one));
    expect(verdict().join()).toContain("a.md landed what the model never said");
  });

  it("notices that an edit is lost, inside and outside of the task's file", async () => {
    await repository.git("update-ref", "-d", "refs/cluster/r1/b.md");
    await repository.git("update-ref", "-d", "refs/cluster/r1/c.md-outside");
    const found = verdict().join();
    expect(found).toContain("b.md (tool-error): its edit of b.md in answer 1 is lost");
    expect(found).toContain("c.md (no-change): its edit of notes/c.md in answer 1 is lost");
    expect(found).toContain("the report names refs/cluster/r1/b.md, and there is none");
  });

  it("takes an edit that the model went on from for kept", () => {
    const first = { ...edit("b.md"), before: "# B\n", after: "first\n" };
    said = [edit("a.md"), first, { ...edit("b.md"), call: 2, before: "first\n" }];
    expect(verdict()).toEqual([]);
  });

  it("notices no-change where the model changed the file", () => {
    said = [...said, edit("c.md")];
    expect(verdict().join()).toContain("c.md is reported no-change, and the model edited its file");
  });

  it("notices refs that the report does not tell of, and branches and worktrees that are left", async () => {
    await repository.git("update-ref", "refs/cluster/r1/stray", base);
    await repository.git("branch", "cluster/r1");
    await repository.git("worktree", "add", "--quiet", "--detach", `${repository.path}/.git/w`);
    const found = verdict().join();
    expect(found).toContain("the report does not tell of refs/cluster/r1/stray");
    expect(found).toContain("there are the branches [refs/heads/cluster/r1]");
    expect(found).toContain("worktrees are left");
  });
});
