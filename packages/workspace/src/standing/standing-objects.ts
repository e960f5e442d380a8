import { type CommitObject, gitDate, parseCommit } from "../git/commit-object.ts";
import type { LooseObjects } from "../loose/loose-objects.ts";
import type { RepositoryParts } from "../repository/parts.ts";
import { editTree, type TreeEdit } from "../tree/edit-tree.ts";
import { objectId, parseTree, SUBMODULE, type Tree } from "../tree/tree-object.ts";
import { commitText } from "./commit-text.ts";
import { ObjectReader } from "./object-reader.ts";
import { RefMover } from "./ref-mover.ts";

/** Entries of trees that are kept in memory, together. */
const MOST_KEPT = 100_000;
const MOST_COMMITS = 1_000;

/** What {@link StandingObjects} is made of. */
export interface StandingObjectsOptions {
  readonly parts: RepositoryParts;
  readonly loose: LooseObjects;
  /** For how long a git that stays may say nothing to a question. */
  readonly patienceMs?: number;
}

/**
 * A run's way to git's objects and to its branch without a start of git for each step. Every method rejects
 * rather than guess; the caller then asks a git of its own, which also knows the words for what is wrong.
 *
 * What is remembered, or read by a git that stays, is content under its id, and never a proof that an object
 * is still there: {@link StandingObjects.areThere} looks.
 */
export class StandingObjects {
  readonly #parts: RepositoryParts;
  readonly #loose: LooseObjects;
  readonly #reader: ObjectReader;
  readonly #refs: RefMover;
  /** By their ids, the one that was needed last at the end. */
  readonly #trees = new Map<string, Tree>();
  #kept = 0;
  readonly #treesOf = new Map<string, string>();

  constructor({ parts, loose, ...options }: StandingObjectsOptions) {
    const { cwd, environment } = parts.git.options;
    this.#parts = parts;
    this.#loose = loose;
    this.#reader = new ObjectReader({ cwd, environment, ...options }, parts.objectFormat);
    this.#refs = new RefMover({ cwd, environment, ...options }, "cluster: land");
  }

  async readTree(id: string, signal?: AbortSignal): Promise<Tree> {
    const known = this.#trees.get(id);
    if (known !== undefined) {
      this.#trees.delete(id);
      this.#trees.set(id, known);
      return known;
    }
    const content = await this.#reader.read(id, "tree", signal);
    const tree = parseTree(content, this.#parts.objectFormat);
    this.#keep(id, tree);
    return tree;
  }

  async readCommit(id: string, signal?: AbortSignal): Promise<CommitObject> {
    return parseCommit((await this.#reader.read(id, "commit", signal)).toString("latin1"));
  }

  /** The tree of a commit. */
  async treeOf(commit: string, signal?: AbortSignal): Promise<string> {
    const known = this.#treesOf.get(commit);
    if (known !== undefined) return known;
    const { tree } = await this.readCommit(commit, signal);
    this.#rememberTree(commit, tree);
    return tree;
  }

  /**
   * Writes a tree with some of its paths changed, and gives its id. Rejects unless the files that are to
   * stand there are in the repository.
   */
  async writeEdited(
    root: string,
    edits: readonly TreeEdit[],
    signal?: AbortSignal,
  ): Promise<string> {
    const read = (id: string): Promise<Tree> => this.readTree(id, signal);
    const { id, objects } = await editTree(read, root, edits, this.#parts.objectFormat);
    const blobs = edits.flatMap(({ after }) =>
      after === null || after.mode === SUBMODULE ? [] : [after.id],
    );
    if (!(await this.areThere(blobs, signal))) throw new Error("A file's content is missing.");
    await Promise.all(objects.map((object) => this.#loose.write(object)));
    for (const object of objects) this.#keep(object.id, object.entries);
    return id;
  }

  /** Writes a commit that is not to be signed, and gives its id. */
  async writeCommit(commit: CommitObject): Promise<string> {
    const { objectFormat, identities, git, sign } = this.#parts;
    const date = git.options.environment.GIT_COMMITTER_DATE ?? gitDate(new Date());
    const content = sign ? null : commitText(commit, { ...identities.committer, date });
    if (content === null) throw new Error("This commit is for git itself to make.");
    const id = objectId(objectFormat, "commit", content);
    await this.#loose.write({ id, type: "commit", content });
    this.#rememberTree(id, commit.tree);
    return id;
  }

  /**
   * Whether objects are in the repository at this moment: by a look at the disk, and by a git that has just
   * started for those that have no file of their own.
   */
  async areThere(ids: readonly string[], signal?: AbortSignal): Promise<boolean> {
    const loose = await Promise.all(ids.map((id) => this.#loose.freshen(id)));
    const others = ids.filter((_, index) => !loose[index]);
    if (others.length === 0) return true;
    const { stdout } = await this.#parts.git.run(["cat-file", "--batch-check"], {
      signal,
      input: `${others.join("\n")}\n`,
    });
    const lines = stdout.split("\n").slice(0, -1);
    return lines.length === others.length && !lines.some((line) => line.endsWith(" missing"));
  }

  /** Moves the run's branch, or another ref in the same words. */
  moveRef(ref: string, from: string, to: string, signal?: AbortSignal): Promise<void> {
    return this.#refs.move({ ref, from, to }, signal);
  }

  /** Ends what stands. */
  async end(): Promise<void> {
    await Promise.all([this.#reader, this.#refs].map((part) => part.end()));
    this.#trees.clear();
  }

  #rememberTree(commit: string, tree: string): void {
    this.#treesOf.set(commit, tree);
    const [oldest] = this.#treesOf.keys();
    if (this.#treesOf.size > MOST_COMMITS && oldest !== undefined) this.#treesOf.delete(oldest);
  }

  #keep(id: string, tree: Tree): void {
    if (!this.#trees.has(id)) this.#kept += tree.size;
    this.#trees.set(id, tree);
    for (const [oldest, entries] of this.#trees) {
      if (this.#kept <= MOST_KEPT) return;
      this.#trees.delete(oldest);
      this.#kept -= entries.size;
    }
  }
}
