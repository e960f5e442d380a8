import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { RunReport } from "@cluster/batch";
import { blobIdOf, type CommitFacts, type GitFacts } from "../../git/git-facts.ts";
import type { MadeEdit } from "../deaths/edit-log.ts";
import type { ChaosPlan, ChaosTask } from "../plan.ts";
import { heldLocks, type JournalFacts } from "./journal-facts.ts";

/** What a run that was killed and gone on with is judged by. */
export interface Remains {
  readonly git: GitFacts;
  readonly plan: ChaosPlan;
  readonly journal: JournalFacts;
  /** What the last session reported; `null` when it was killed after its last word in the journal. */
  readonly report: RunReport | null;
  readonly made: readonly MadeEdit[];
  /** The commit that was checked out when it began. */
  readonly base: string;
  readonly state: string;
  readonly cache: string;
}

/** What was found. */
export interface KillVerdict {
  readonly violations: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly commits: number;
  /** Edits that are on the branch, under a ref, only in the journal, and made again since. */
  readonly edits: {
    readonly landed: number;
    readonly kept: number;
    readonly inJournal: number;
    readonly madeAgain: number;
  };
}

type Fault = (text: string) => void;

/** Holds what is left of a run against git, the journal and the folders. It asks nothing of the product. */
export function judgeKilled(remains: Remains): KillVerdict {
  const { git, journal, report, base } = remains;
  const violations: string[] = [...journal.faults];
  const fault: Fault = (text) => void violations.push(text);
  const byId = tasksById(remains, fault);

  const heads = git.refs("refs/heads/");
  // A git that is killed at the delivery leaves the run's branch, with the command that lands it.
  const delivery = report?.delivery;
  const branch = `refs/heads/${delivery?.kind === "kept" ? delivery.branch : "main"}`;
  const tip = heads.get(branch) ?? base;
  for (const ref of heads.keys()) {
    if (ref !== "refs/heads/main" && ref !== branch) fault(`${ref} is left`);
  }
  if (branch !== "refs/heads/main" && heads.get("refs/heads/main") !== base) {
    fault(`main was moved, and the delivery is said to be ${delivery?.kind}`);
  }
  const commits = git.commits(base, tip);
  const landed = landedTasks(commits, remains, byId, fault);
  checkTree(commits, remains, tip, fault);

  const outcomes: Record<string, number> = {};
  for (const { id, outcomes: recorded } of journal.tasks) {
    const { name = id, kind } = byId.get(id) ?? {};
    const [outcome = "lost"] = recorded;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (recorded.length !== 1) fault(`${name} has ${recorded.length} outcomes: ${recorded.join()}`);
    if ((outcome === "landed") !== landed.has(name)) {
      fault(`${name} is ${outcome}, and git has ${landed.get(name)?.id ?? "no commit"}`);
    }
    if (outcome === "landed" && (kind === "nothing" || kind === "fails")) {
      fault(`${name} landed, and it ${kind}`);
    }
    const told = report?.tasks.find(({ task }) => task === id)?.outcome;
    if (report !== null && told !== outcome) fault(`${name} is ${outcome}, and reported ${told}`);
  }
  const edits = checkEdits(remains, tip, landed, fault);
  checkLeftovers(remains, fault);
  return { violations, outcomes, commits: commits.length, edits };
}

/** Every task of the plan is in the journal, once. */
function tasksById({ plan, journal }: Remains, fault: Fault): ReadonlyMap<string, ChaosTask> {
  const byPrompt = new Map(plan.tasks.map((task) => [task.prompt, task]));
  const byId = new Map<string, ChaosTask>();
  for (const { id, prompt } of journal.tasks) {
    const task = byPrompt.get(prompt);
    if (task === undefined) fault(`the journal has ${id}, which nobody planned`);
    else byId.set(id, task);
  }
  const known = new Set([...byId.values()].map(({ name }) => name));
  for (const { name } of plan.tasks) if (!known.has(name)) fault(`${name} is lost`);
  return byId;
}

/** The commit of each task that has one, after a look at whether it is that and nothing else. */
function landedTasks(
  commits: readonly CommitFacts[],
  { git, journal, made, base }: Remains,
  byId: ReadonlyMap<string, ChaosTask>,
  fault: Fault,
): ReadonlyMap<string, CommitFacts> {
  const landed = new Map<string, CommitFacts>();
  const contents = git.contents(
    commits.flatMap(({ changes }) =>
      changes.flatMap(({ before, after }) => [before, after]).filter((blob) => blob !== null),
    ),
  );
  let parent = base;
  for (const commit of commits) {
    const { id, trailers, changes } = commit;
    if (commit.parents.join() !== parent) fault(`${id} does not follow ${parent}`);
    parent = id;
    const task = byId.get(trailers["Cluster-Task"]?.join() ?? "");
    if (task === undefined || trailers["Cluster-Run"]?.join() !== journal.run) {
      fault(`${id} is no task's: ${JSON.stringify(trailers)}`);
      continue;
    }
    const { name, files } = task;
    if (landed.has(name)) fault(`${name} landed twice: ${landed.get(name)?.id} and ${id}`);
    landed.set(name, commit);
    const [change] = changes;
    if (change === undefined || changes.length !== 1 || change.path !== files[0]) {
      fault(`${name} landed a change of [${changes.map(({ path }) => path).join(", ")}]`);
      continue;
    }
    const before = contents.get(change.before ?? "") ?? "";
    const after = contents.get(change.after ?? "") ?? "";
    const line = after.startsWith(before) ? after.slice(before.length, -1) : after;
    if (!made.some((edit) => edit.line === line && edit.task === name)) {
      fault(`${name} landed ${JSON.stringify(line)}, which its tool never wrote`);
    }
  }
  return landed;
}

/** The tip is what the base had, and the lines of the commits in their order. */
function checkTree(
  commits: readonly CommitFacts[],
  { git, plan, base }: Remains,
  tip: string,
  fault: Fault,
): void {
  const tree = git.tree(tip);
  const expected = new Map(git.tree(base));
  for (const { changes } of commits) {
    for (const { path, before, after } of changes) {
      if (expected.get(path) !== (before ?? undefined)) fault(`${path} jumps to ${after}`);
      if (after === null) expected.delete(path);
      else expected.set(path, after);
    }
  }
  for (const path of new Set([...expected.keys(), ...tree.keys()])) {
    if (expected.get(path) !== tree.get(path)) fault(`${path} is not the sum of the commits`);
  }
  for (const [path, content] of Object.entries(plan.files)) {
    if (commits.length === 0 && tree.get(path) !== blobIdOf(content)) fault(`${path} was changed`);
  }
}

/** Every edit that was made is on the branch, is kept, or was made again and has landed. */
function checkEdits(
  { git, journal, made, base }: Remains,
  tip: string,
  landed: ReadonlyMap<string, CommitFacts>,
  fault: Fault,
): KillVerdict["edits"] {
  const onBranch = linesIn(git, base, [tip]);
  const kept = linesIn(git, base, git.refs(`refs/cluster/${journal.run}/`).values());
  const edits = { landed: 0, kept: 0, inJournal: 0, madeAgain: 0 };
  for (const { task, path, line, where } of made) {
    const isLanded = onBranch.has(line);
    if (isLanded && where === "outside")
      fault(`${task} landed an edit outside of its files: ${path}`);
    if (isLanded) edits.landed += 1;
    else if (kept.has(line)) edits.kept += 1;
    else if (where === "inside" && landed.has(task)) edits.madeAgain += 1;
    else if (journal.text.includes(line)) edits.inJournal += 1;
    else fault(`${task}: its edit of ${path} is lost: ${JSON.stringify(line)}`);
  }
  return edits;
}

/** All lines of the files that differ from those of `base`. */
function linesIn(git: GitFacts, base: string, commits: Iterable<string>): ReadonlySet<string> {
  const before = git.tree(base);
  const blobs = new Set<string>();
  for (const commit of new Set(commits)) {
    for (const [path, blob] of git.tree(commit)) if (before.get(path) !== blob) blobs.add(blob);
  }
  return new Set([...git.contents([...blobs]).values()].flatMap((text) => text.split("\n")));
}

function checkLeftovers({ git, state, cache }: Remains, fault: Fault): void {
  for (const worktree of git.worktrees().slice(1)) fault(`the worktree ${worktree} is left`);
  const gitDir = join(git.path, ".git");
  for (const path of readdirSync(gitDir, { recursive: true, encoding: "utf8" })) {
    if (path.endsWith(".lock")) fault(`the lock .git/${path} is left`);
    if (/^worktrees\/[^/]+$/.test(path)) fault(`.git/${path} is left`);
  }
  const worktrees = join(cache, "cluster", "worktrees");
  if (existsSync(worktrees)) {
    for (const path of readdirSync(worktrees, { recursive: true, encoding: "utf8" })) {
      if (path.split("/").length === 3) fault(`${join(worktrees, path)} is left`);
    }
  }
  for (const lock of heldLocks(state)) fault(`the lock ${lock} is held`);
  const status = git.git(["status", "--porcelain", "--ignored"]);
  if (status !== "") fault(`the checkout is not clean: ${status}`);
  const head = git.git(["symbolic-ref", "HEAD"]).trim();
  if (head !== "refs/heads/main") fault(`HEAD is ${head}`);
}
