import type { RunReport, TaskOutcome } from "@cluster/batch";
import { blobIdOf, type CommitFacts, type GitFacts } from "../git/git-facts.ts";
import type { PlannedTask } from "./plan.ts";
import type { SaidEdit } from "./said-edits.ts";

/** What a run is judged by: its report, what the model said, and git. */
export interface Evidence {
  readonly git: GitFacts;
  readonly report: RunReport;
  /** The task of the plan that an outcome belongs to. */
  readonly planned: (outcome: TaskOutcome) => PlannedTask;
  /** The edits of answers that arrived whole. */
  readonly said: readonly SaidEdit[];
  /** The commit that was checked out before, and the branch. */
  readonly base: string;
  readonly target: string;
}

/** What the judge found. */
export interface Verdict {
  /** Each is a lie of the report, or an edit lost or too many. Empty: all is as it should be. */
  readonly violations: readonly string[];
  readonly commits: number;
  /** Edits that arrived and that are on the branch or under a ref. */
  readonly editsKept: number;
  readonly refs: number;
}

/** Holds every outcome of a report against what git has. It asks nothing of the product. */
export function judge(evidence: Evidence): Verdict {
  const { git, report, base, target } = evidence;
  const violations: string[] = [];
  const fault = (text: string): void => void violations.push(text);

  const tip = tipOf(evidence, fault);
  const commits = git.commits(base, tip);
  const landed = landedCommits(evidence, commits, fault);
  const refs = git.refs(`refs/cluster/${report.run}/`);
  const keptBlobs = blobsUnder(git, refs, base);

  let editsKept = 0;
  for (const outcome of report.tasks) {
    const { name } = evidence.planned(outcome);
    const commit = landed.get(outcome.task);
    if ((outcome.outcome === "landed") !== (commit !== undefined)) {
      fault(`${name} is reported ${outcome.outcome}, and git has ${commit?.id ?? "no commit"}`);
    }
    const own = evidence.said.filter(({ task }) => task === name);
    const kept = (edit: SaidEdit): boolean =>
      keptBlobs.has(`${edit.path}\0${blobIdOf(edit.after)}`) ||
      // In the same attempt the model went on with what it had made, and that is kept.
      own.some((next) => next.path === edit.path && next.before === edit.after && kept(next));
    const lost = own.filter((edit) => {
      if (edit.where === "foreign" || kept(edit)) return false;
      // Made again and landed: the newer one stands for it.
      return edit.where === "new" || commit === undefined;
    });
    for (const edit of lost) {
      fault(
        `${name} (${outcome.outcome}): its edit of ${edit.path} in answer ${edit.call} is lost`,
      );
    }
    editsKept += own.filter(kept).length + (commit === undefined ? 0 : 1);
    if (outcome.outcome === "no-change" && own.some(({ where }) => where === "task")) {
      fault(`${name} is reported no-change, and the model edited its file`);
    }
    if (commit !== undefined && !own.some(({ where }) => where === "task")) {
      fault(`${name} landed, and the model never edited its file`);
    }
    checkRefs(outcome, refs, fault);
  }
  const named = new Set(report.tasks.flatMap(refsOf));
  for (const ref of refs.keys()) if (!named.has(ref)) fault(`the report does not tell of ${ref}`);
  checkLeftovers(evidence, target, fault);
  return { violations, commits: commits.length, editsKept, refs: refs.size };
}

/** The newest commit of what the run landed, wherever the report says it is. */
function tipOf({ git, report, base, target }: Evidence, fault: (text: string) => void): string {
  const { delivery } = report;
  const heads = git.refs("refs/heads/");
  const branches = [...heads.keys()].filter((ref) => ref.startsWith("refs/heads/cluster/"));
  const expected = delivery.kind === "kept" ? [`refs/heads/${delivery.branch}`] : [];
  if (branches.join() !== expected.join()) {
    fault(`the delivery is ${delivery.kind}, and there are the branches [${branches.join(", ")}]`);
  }
  const head = heads.get(`refs/heads/${target}`) ?? base;
  if (delivery.kind !== "merged" && head !== base) fault(`${target} was moved to ${head}`);
  if (delivery.kind === "kept") return heads.get(`refs/heads/${delivery.branch}`) ?? base;
  return head;
}

/** The commit of each task, after a look at whether it is that and nothing else. */
function landedCommits(
  { git, report, planned, said, base }: Evidence,
  commits: readonly CommitFacts[],
  fault: (text: string) => void,
): ReadonlyMap<string, CommitFacts> {
  const landed = new Map<string, CommitFacts>();
  let parent = base;
  for (const commit of commits) {
    const { id, trailers } = commit;
    const [task = ""] = trailers["Cluster-Task"] ?? [];
    const outcome = report.tasks.find((one) => one.task === task);
    if (commit.parents.join() !== parent) fault(`${id} does not follow ${parent}`);
    parent = id;
    if (trailers["Cluster-Task"]?.length !== 1 || outcome === undefined) {
      fault(`${id} is no task's: ${JSON.stringify(trailers)}`);
      continue;
    }
    const { name, file } = planned(outcome);
    if (landed.has(task)) fault(`${name} landed twice: ${landed.get(task)?.id} and ${id}`);
    landed.set(task, commit);
    if (trailers["Cluster-Run"]?.join() !== report.run) fault(`${id} is of another run`);
    if (Number(trailers["Cluster-Attempt"]?.[0]) > outcome.attempts) {
      fault(`${id} is of attempt ${trailers["Cluster-Attempt"]}, of ${outcome.attempts}`);
    }
    if (outcome.evidence.commit !== id)
      fault(`the report has ${outcome.evidence.commit} for ${id}`);
    const paths = commit.changes.map(({ path }) => path);
    if (paths.join() !== file) fault(`${name} landed a change of [${paths.join(", ")}]`);
    const [change] = commit.changes;
    const before = change?.before == null ? null : git.content(change.before);
    const exact = said.some(
      (edit) =>
        edit.task === name &&
        edit.where === "task" &&
        edit.before === before &&
        blobIdOf(edit.after) === change?.after,
    );
    if (!exact) fault(`${name} landed what the model never said, in ${id}`);
  }
  return landed;
}

/** Path and blob of everything that refs keep and `base` has not. */
function blobsUnder(
  git: GitFacts,
  refs: ReadonlyMap<string, string>,
  base: string,
): ReadonlySet<string> {
  const before = git.tree(base);
  const found = new Set<string>();
  for (const commit of refs.values()) {
    for (const [path, blob] of git.tree(commit)) {
      if (before.get(path) !== blob) found.add(`${path}\0${blob}`);
    }
  }
  return found;
}

function refsOf({ evidence }: TaskOutcome): string[] {
  const { parkedRef, outsideRef, earlierRefs } = evidence;
  return [parkedRef, outsideRef, ...earlierRefs].filter((ref) => ref !== null);
}

function checkRefs(
  outcome: TaskOutcome,
  refs: ReadonlyMap<string, string>,
  fault: (text: string) => void,
): void {
  for (const ref of refsOf(outcome)) {
    if (!refs.has(ref)) fault(`the report names ${ref}, and there is none`);
  }
}

function checkLeftovers({ git }: Evidence, target: string, fault: (text: string) => void): void {
  const worktrees = git.worktrees();
  if (worktrees.length > 1) fault(`worktrees are left: ${worktrees.slice(1).join(", ")}`);
  const status = git.git(["status", "--porcelain"]);
  if (status !== "") fault(`the checkout is not clean: ${status}`);
  const head = git.git(["symbolic-ref", "HEAD"]).trim();
  if (head !== `refs/heads/${target}`) fault(`HEAD is ${head}`);
}
