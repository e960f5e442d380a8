import { WorkspaceError } from "../errors/workspace-error.ts";
import type { FileChange } from "../workspace/change.ts";
import type { CommitOptions, WorkspaceChanges } from "../workspace/workspace.ts";
import { changedPaths, changesBetween, patchBetween } from "./compare.ts";
import type { Entries } from "./entry.ts";
import { only } from "./guarded-folder.ts";
import type { InPlaceContext } from "./in-place-context.ts";
import { type AttemptName, namedEdit, nameOf } from "./record.ts";

/** What a workspace in place is told of the attempt that comes. */
export interface InPlaceAttempt extends AttemptName {
  readonly files: readonly string[];
  readonly signal?: AbortSignal;
}

/** What changed in place. */
export interface InPlaceChanges extends WorkspaceChanges {
  /** What changed elsewhere since the attempt began: whose work that is nobody can tell. */
  readonly strays: readonly FileChange[];
}

/** What an attempt found when it began. */
interface Begun extends AttemptName {
  readonly before: Entries;
}

/** The user's own folder, as one instance works in it. */
export class InPlaceWorkspace {
  /** The folder, absolute: that of all instances. */
  readonly path: string;
  /** The instance that works here, counted from 0. */
  readonly index: number;
  readonly #context: InPlaceContext;
  readonly #seen = new WeakMap<WorkspaceChanges, Entries>();
  #begun: Begun | null = null;
  /** What the last commit of this attempt has. */
  #committed: Entries = {};

  /** Use {@link InPlaceRun.openWorkspace}. */
  constructor(context: InPlaceContext, index: number) {
    this.#context = context;
    this.path = context.folder.root;
    this.index = index;
  }

  /**
   * Begins an attempt: waits until nobody works on its files, and takes what stands at them into keeping,
   * which survives everything from now on. An attempt that names no files has no changes.
   * @throws {WorkspaceError} FILE_HELD, NOT_A_FILE, PATH_OUTSIDE, STATE_FAILED, DISK_FULL
   */
  async reset(_base: string, { files, signal, task, token }: InPlaceAttempt): Promise<void> {
    const { folder, locks, watch, record } = this.#context;
    await this.leave(null);
    const name = nameOf({ task, token });
    const places = folder.places(files);
    await locks.take(name, places, signal);
    try {
      const before = await folder.readFiles(places);
      await record.write({ type: "begun", task, token, before });
      await watch.begin(name);
      this.#begun = { task, token, before };
      this.#committed = {};
    } catch (error) {
      await this.#context.restore({ task, token });
      throw error;
    }
  }

  /** What changed since: at the attempt's files, and elsewhere, by whomever. */
  async changes(_files: readonly string[]): Promise<InPlaceChanges> {
    const { before, ...attempt } = this.#requireBegun();
    const { folder, watch } = this.#context;
    const now = await folder.read(Object.keys(before));
    const inside = await changesBetween(before, now, folder.contents);
    const changes = { inside, outside: [], strays: await watch.strays(nameOf(attempt)) };
    this.#seen.set(changes, now);
    return changes;
  }

  /** The changes at the attempt's files as a patch. */
  async diff(): Promise<string> {
    const { before } = this.#requireBegun();
    const { folder } = this.#context;
    return patchBetween(before, await folder.read(Object.keys(before)), folder.contents);
  }

  /**
   * Keeps the edit, and gives its name; `null` when nothing of `paths` changed. The folder stays as it is.
   * Of the options only `paths` and `changes` count.
   */
  async commit(options: Pick<CommitOptions, "paths" | "changes">): Promise<string | null> {
    const { before, task, token } = this.#requireBegun();
    const { folder, record } = this.#context;
    const seen = options.changes && this.#seen.get(options.changes);
    const now = seen ?? (await folder.read(Object.keys(before)));
    const changed = changedPaths(before, now);
    const paths =
      options.paths === "all" ? changed : changed.filter((path) => options.paths.includes(path));
    if (paths.length === 0) return null;
    const edit = namedEdit({ task, token, before: only(before, paths), after: only(now, paths) });
    await record.write({ type: "edit", ...edit });
    this.#committed = edit.after;
    return edit.id;
  }

  /** Runs what judges an edit: one at a time, since all of them see the same folder. */
  judge<Verdict>(work: () => Promise<Verdict>): Promise<Verdict> {
    return this.#context.judging.run(work);
  }

  /**
   * Ends the attempt. An edit that may land stays in the folder, and its files stay locked until it has.
   * Without one they are as they were.
   * @returns the name of an edit that was still in them and is kept, if there was one
   */
  async leave(edit: string | null): Promise<string | null> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun === null || edit !== null) return null;
    const committed = this.#committed;
    const late = await this.#context.restore(begun, committed);
    if (late === null || Object.keys(committed).length === 0) return late;
    // It was written to after it had been committed: that is not part of anything yet.
    await this.#context.keep(late, `${begun.task}-attempt-${begun.token}-late`);
    return null;
  }

  #requireBegun(): Begun {
    if (this.#begun !== null) return this.#begun;
    throw new WorkspaceError("OPTION_INVALID", "No attempt has begun in this workspace.");
  }
}
