import { WorkspaceError } from "../errors/workspace-error.ts";
import { type CommitObject, makeCommit, readCommit } from "../git/commit-object.ts";
import { mergeTrees } from "../git/merge-tree.ts";
import { readRef, swapRef } from "../git/refs.ts";
import { isMerged } from "../salvage/is-merged.ts";
import { landedCommits, readAttempt } from "./landed-commits.ts";
import { park } from "./parking.ts";
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

/** How often somebody else may move the run's branch under one landing. */
const MOST_TRIES = 20;

/** The run's branch as this process knows it: the only one that should move it. */
export class BranchTip {
  readonly #context: RunContext;
  readonly #landed = new Map<string, string>();
  /** Commits that are known to be on the branch. */
  readonly #history: Set<string>;
  #commit: string;

  constructor(context: RunContext) {
    this.#context = context;
    this.#commit = context.start;
    this.#history = new Set([context.base, context.start]);
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
    const original = made.get(commit) ?? (await readCommit(parts.git, commit, signal));
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const candidate = await this.#onTip(commit, original, signal);
      if (candidate.kind === "conflict") return candidate;
      signal?.throwIfAborted();
      const to = candidate.commit;
      if (await swapRef(parts.git, { ref, to, from: this.#commit, message: "cluster: land" })) {
        this.#advance(commit, to);
        return candidate;
      }
      const known = this.#commit;
      this.#commit = (await readRef(parts.git, ref)) ?? this.#lost();
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

  async #onTip(commit: string, original: CommitObject, signal?: AbortSignal): Promise<Landing> {
    const { git, sign } = this.#context.parts;
    const tip = this.#commit;
    const [parent] = original.parents;
    if (parent === tip && original.parents.length === 1) return { kind: "landed", commit };
    await this.#requireOnBranch(commit, parent, signal);
    // The parent is an ancestor of the tip, hence the merge base: this is a cherry-pick.
    const merged = await mergeTrees(git, tip, commit, signal);
    if (merged.kind === "conflict") return merged;
    const moved = { ...original, tree: merged.tree, parents: [tip] };
    return { kind: "landed", commit: await makeCommit(git, moved, { sign, signal }) };
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

  #advance(commit: string, to: string): void {
    this.#commit = to;
    this.#history.add(to);
    this.#landed.set(commit, to);
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
