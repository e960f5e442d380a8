import { WorkspaceError } from "../errors/workspace-error.ts";
import { type CommitObject, makeCommit, readCommit } from "../git/commit-object.ts";
import { readRef, removeRefLocks, swapRef } from "../git/refs.ts";
import { isMerged } from "../salvage/is-merged.ts";
import { StandingGitEnded } from "../standing/running-git.ts";
import { type TreeChange, treeChanges } from "../tree/tree-changes.ts";
import type { Tree } from "../tree/tree-object.ts";
import { areApart, shapeOf } from "./apart.ts";
import { ANY_SHAPE, BranchHistory, type StepShape } from "./branch-history.ts";
import { landedCommits, readAttempt } from "./landed-commits.ts";
import { mergeEdit } from "./merge-edit.ts";
import { park } from "./parking.ts";
import { requireWhole } from "./require-whole.ts";
import type { RunContext } from "./run-context.ts";

/** What became of a commit that was to land. */
export type Landing =
  /** The run's branch has it, as this commit. */
  | {
      readonly kind: "landed";
      readonly commit: string;
      /** Another process landed the same task first: the ref that keeps this edit. */
      readonly parkedRef?: string;
    }
  /** It does not fit what landed before it; nothing changed. */
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/** A commit that the branch can be moved to. */
interface Candidate extends StepShape {
  readonly kind: "candidate";
  readonly commit: string;
  /** Whether all that it brings was seen in the repository just now. */
  readonly isWhole: boolean;
}

/** The tree of a candidate that needs no merge. */
interface EditedTip {
  readonly kind: "clean";
  readonly tree: string;
  readonly shape: StepShape;
}

type Conflict = Extract<Landing, { kind: "conflict" }>;

/** How often somebody else may move the run's branch under one landing. */
const MOST_TRIES = 20;

/** The run's branch as this process knows it: the only one that should move it. */
export class BranchTip {
  readonly #context: RunContext;
  readonly #landed = new Map<string, string>();
  readonly #history: BranchHistory;
  #commit: string;

  constructor(context: RunContext) {
    const { base, start } = context;
    this.#context = context;
    this.#commit = start;
    this.#history = new BranchHistory(base);
    if (start !== base) this.#history.jump(start);
  }

  get commit(): string {
    return this.#commit;
  }

  /**
   * Puts a commit onto the branch, as one commit with the same author, message and change. Not to be
   * called twice at once.
   */
  async land(commit: string, signal?: AbortSignal): Promise<Landing> {
    const before = this.#landed.get(commit);
    if (before !== undefined) return { kind: "landed", commit: before };
    const { parts, ref, made } = this.#context;
    const original = made.get(commit) ?? (await this.#read(commit, signal));
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const candidate = await this.#onTip(commit, original, signal);
      if (candidate.kind === "conflict") return candidate;
      if (!candidate.isWhole) await requireWhole(parts.git, candidate.commit, this.#commit, signal);
      signal?.throwIfAborted();
      if (await this.#move(candidate.commit, signal)) {
        this.#advance(commit, candidate);
        return { kind: "landed", commit: candidate.commit };
      }
      const known = this.#commit;
      this.#commit = (await readRef(parts.git, ref)) ?? this.#lost();
      this.#history.jump(this.#commit);
      const rival = await this.#landedSince(known, commit);
      if (rival !== null) return rival;
    }
    throw new WorkspaceError("BRANCH_MOVED", `${ref} was moved ${MOST_TRIES} times in a row.`);
  }

  /**
   * The same task's edit, which a process that was thought dead has landed meanwhile. Where that is of another
   * attempt, what this one has beyond it is kept.
   */
  async #landedSince(base: string, commit: string): Promise<Landing | null> {
    const { parts, run } = this.#context;
    const own = await readAttempt(parts.git, commit, run);
    if (own === null) return null;
    const landed = await landedCommits({ ...this.#context, base }, this.#commit);
    const rival = landed.find(({ task }) => task === own.task);
    if (rival === undefined) return null;
    const found = { kind: "landed", commit: rival.commit } as const;
    const same = rival.attempt === own.attempt || (await isMerged(parts.git, commit, this.#commit));
    if (same) return found;
    const name = `${own.task}-attempt-${own.attempt}`;
    return { ...found, parkedRef: await park(this.#context, commit, name) };
  }

  async #onTip(
    commit: string,
    original: CommitObject,
    signal?: AbortSignal,
  ): Promise<Candidate | Conflict> {
    const { git } = this.#context.parts;
    const tip = this.#commit;
    const [parent] = original.parents;
    if (parent === tip && original.parents.length === 1) {
      return this.#asItIs(commit, original, signal).catch(() => {
        signal?.throwIfAborted();
        return { kind: "candidate", commit, isWhole: false, ...ANY_SHAPE };
      });
    }
    await this.#requireOnBranch(commit, parent, signal);
    const edited = await this.#withoutMerge(original, signal).catch(() => null);
    signal?.throwIfAborted();
    const merged = edited ?? (await mergeEdit(git, tip, commit, original, signal));
    if (merged.kind === "conflict") return merged;
    const moved = { ...original, tree: merged.tree, parents: [tip] };
    const made = await this.#make(moved, signal);
    const shape = edited?.shape ?? (await this.#shapeOf(merged.tree, signal));
    return { kind: "candidate", commit: made, isWhole: edited !== null, ...shape };
  }

  /** A commit on the tip. It may have lain there for long, so what it brings is written once more. */
  async #asItIs(
    commit: string,
    original: CommitObject,
    signal: AbortSignal | undefined,
  ): Promise<Candidate> {
    const { objects } = this.#context;
    const changes = await this.#changes(original, signal);
    const tip = await objects.treeOf(this.#commit, signal);
    const tree = await objects.writeEdited(tip, changes, signal);
    const isWhole = tree === original.tree && (await objects.areThere([commit], signal));
    return { kind: "candidate", commit, isWhole, ...shapeOf(changes) };
  }

  /** The tree that git would merge, where no merge is needed; `null` or a rejection where one may be. */
  async #withoutMerge(
    original: CommitObject,
    signal: AbortSignal | undefined,
  ): Promise<EditedTip | null> {
    const { objects } = this.#context;
    const since = this.#history.since(original.parents[0] as string);
    if (since === null) return null;
    const changes = await this.#changes(original, signal);
    const tip = await objects.treeOf(this.#commit, signal);
    const read = (id: string): Promise<Tree> => objects.readTree(id, signal);
    if (!(await areApart(read, tip, changes, since))) return null;
    const tree = await objects.writeEdited(tip, changes, signal);
    return { kind: "clean", tree, shape: shapeOf(changes) };
  }

  /** What a merge does to which files there are. */
  async #shapeOf(merged: string, signal: AbortSignal | undefined): Promise<StepShape> {
    const { objects } = this.#context;
    const read = (id: string): Promise<Tree> => objects.readTree(id, signal);
    try {
      const tip = await objects.treeOf(this.#commit, signal);
      return shapeOf(await treeChanges(read, tip, merged));
    } catch {
      return ANY_SHAPE;
    }
  }

  /** What a commit changed. Rejects where it has not exactly one parent. */
  async #changes(
    { tree, parents }: CommitObject,
    signal: AbortSignal | undefined,
  ): Promise<readonly TreeChange[]> {
    const { objects } = this.#context;
    const [parent] = parents;
    if (parent === undefined || parents.length > 1) throw new Error("Not one parent.");
    const read = (id: string): Promise<Tree> => objects.readTree(id, signal);
    return treeChanges(read, await objects.treeOf(parent, signal), tree);
  }

  async #read(commit: string, signal: AbortSignal | undefined): Promise<CommitObject> {
    const { parts, objects } = this.#context;
    return objects.readCommit(commit, signal).catch(() => readCommit(parts.git, commit, signal));
  }

  #make(commit: CommitObject, signal: AbortSignal | undefined): Promise<string> {
    const { parts, objects } = this.#context;
    const { git, sign } = parts;
    return objects.writeCommit(commit).catch(() => makeCommit(git, commit, { sign, signal }));
  }

  async #requireOnBranch(
    commit: string,
    parent: string | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    if (parent !== undefined && this.#history.has(parent)) return;
    const args = ["merge-base", "--is-ancestor", parent ?? commit, this.#commit];
    const { exitCode } = await this.#context.parts.git.run(args, { signal, answers: [1] });
    if (exitCode === 0) return;
    throw new WorkspaceError(
      "OPTION_INVALID",
      `Expected a commit on top of ${this.#context.ref}, found ${commit}, whose parent is ${parent}.`,
    );
  }

  /** `false`: it was not where it was expected, and stays. */
  async #move(to: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { parts, ref, objects } = this.#context;
    const from = this.#commit;
    try {
      await objects.moveRef(ref, from, to, signal);
      return true;
    } catch (error) {
      if (error instanceof StandingGitEnded && error.killed) await removeRefLocks(parts.git, ref);
      // It may have moved it before it ended.
      if ((await readRef(parts.git, ref)) === to) return true;
      signal?.throwIfAborted();
      return swapRef(parts.git, { ref, to, from, message: "cluster: land" });
    }
  }

  #advance(commit: string, landed: Candidate): void {
    this.#commit = landed.commit;
    this.#history.append(landed.commit, landed);
    this.#landed.set(commit, landed.commit);
    this.#context.made.delete(commit);
  }

  #lost(): never {
    const { ref } = this.#context;
    throw new WorkspaceError(
      "BRANCH_MOVED",
      `${ref} was deleted while the run goes on. Bring it back: git update-ref ${ref} ${this.#commit}`,
    );
  }
}
