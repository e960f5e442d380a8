import { join } from "node:path";
import { SerialQueue } from "../concurrency/serial-queue.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { changedPaths } from "./compare.ts";
import { type Entries, entryAt } from "./entry.ts";
import type { FileLocks } from "./file-locks.ts";
import { type GuardedFolder, only } from "./guarded-folder.ts";
import { keepEdit } from "./keep-edit.ts";
import { type AttemptName, type InPlaceRecord, keptAs, namedEdit, nameOf } from "./record.ts";
import { stateFailed } from "./state-failure.ts";
import type { StrayWatch } from "./stray-watch.ts";

/** What the parts of one run in place share. */
export class InPlaceContext {
  readonly folder: GuardedFolder;
  readonly record: InPlaceRecord;
  readonly locks: FileLocks;
  readonly watch: StrayWatch;
  /** The run's own folder. */
  readonly state: string;
  /** What judges edits goes through it. */
  readonly judging: SerialQueue = new SerialQueue();

  constructor(parts: Pick<InPlaceContext, "folder" | "record" | "locks" | "watch" | "state">) {
    this.folder = parts.folder;
    this.record = parts.record;
    this.locks = parts.locks;
    this.watch = parts.watch;
    this.state = parts.state;
  }

  /**
   * Brings the files of an attempt back to what they were, and lets go of them.
   * @param known what is kept of them already
   * @returns the name of an edit that was in them and was not kept yet
   */
  async restore(attempt: AttemptName, known: Entries = {}): Promise<string | null> {
    const { folder, record } = this;
    const name = nameOf(attempt);
    const open = record.state.open.get(name);
    if (open === undefined) {
      this.over(name, []);
      return null;
    }
    const { task, token, before } = open;
    const now = await folder.read(Object.keys(before));
    const late = new Set(changedPaths(known, now));
    const unknown = changedPaths(before, now).filter(
      (path) => late.has(path) || entryAt(known, path) === undefined,
    );
    let kept: string | null = null;
    if (unknown.length > 0) {
      const edit = namedEdit({
        task,
        token,
        before: only(before, unknown),
        after: only(now, unknown),
      });
      await record.write({ type: "edit", ...edit });
      kept = edit.id;
    }
    await folder.restore(before);
    await record.write({ type: "restored", task, token });
    this.over(name, Object.keys(before));
    return kept;
  }

  /** Writes an edit where the user can look at it, once for each name, and says where. */
  async keep(edit: string, name: string): Promise<string> {
    const { kept, edits } = this.record.state;
    const known = kept.get(keptAs(edit, name));
    const found = edits.get(edit);
    if (known !== undefined) return known;
    if (found === undefined) {
      throw new WorkspaceError("OPTION_INVALID", `Expected an edit of this run, found ${edit}.`);
    }
    const { contents } = this.folder;
    try {
      const where = await keepEdit(join(this.state, "kept"), name, found, contents);
      await this.record.write({ type: "kept", edit, name, where });
      return where;
    } catch (cause) {
      throw stateFailed(`The kept edits in ${this.state}`, cause);
    }
  }

  /** An attempt is over, and its files are free. */
  over(name: string, paths: readonly string[]): void {
    this.watch.end(name, paths);
    this.locks.giveBack(name);
  }
}
