import type { Reason } from "../contract/evidence.ts";
import type { Journal } from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { Task } from "../contract/task.ts";
import { listSome } from "../errors/list-some.ts";
import {
  Dependencies,
  type Linked,
  type Released,
  type Standing,
} from "../schedule/dependencies.ts";
import type { TaskState } from "./task-state.ts";

/** The code of the reason of a task that never began, since one before it did not end well. */
export const NOT_REACHED = "DEPENDENCY_FAILED";

/** Whether what follows a task may build on it. */
export function standingOf(outcome: Outcome | null): Standing {
  return outcome === "landed" || outcome === "no-change" ? "met" : "failed";
}

/** Tasks that are to begin now, and those that never will. */
export interface ReleasedTasks {
  readonly ready: readonly TaskState[];
  readonly skipped: readonly { readonly state: TaskState; readonly reason: Reason }[];
}

interface Ended {
  readonly task: Pick<Task, "id" | "name" | "files">;
  readonly outcome: Outcome | null;
}

/** Holds tasks back until those that go before them have ended. */
export class HeldTasks {
  readonly #held = new Map<string, TaskState>();
  /** Those that follow nobody: most often all. */
  readonly #free: readonly TaskState[];
  readonly #dependencies: Dependencies;
  /** Of those that were over before this process began, the ones that an open task follows. */
  readonly #before: ReadonlyMap<string, Ended>;

  /**
   * @param open Tasks to be attempted.
   * @param committed Tasks that have an edit which is to land: they wait for nobody.
   */
  constructor(open: readonly TaskState[], committed: readonly TaskState[], journal: Journal) {
    this.#free = open.filter(({ task: { after = [] } }) => after.length === 0);
    const linked: Linked[] = [];
    for (const state of open) {
      if ((state.task.after ?? []).length === 0) continue;
      linked.push(state.task);
      this.#held.set(state.task.id, state);
    }
    const waitedFor = new Set(linked.flatMap(({ after = [] }) => after));
    for (const { task } of [...this.#free, ...committed]) {
      if (waitedFor.has(task.id)) linked.push({ id: task.id });
    }
    this.#before = endedBefore(linked, journal);
    this.#dependencies = new Dependencies(linked, (id) =>
      standingOf(this.#before.get(id)?.outcome ?? null),
    );
  }

  /** How many wait. */
  get size(): number {
    return this.#held.size;
  }

  /** Those that wait, in no order. */
  get waiting(): readonly TaskState[] {
    return [...this.#held.values()];
  }

  /** Those that wait for nobody, and those whose wait is over already. */
  begin(): ReleasedTasks {
    const { ready, skipped } = this.#release(this.#dependencies.begin, (id) =>
      this.#before.get(id),
    );
    return { ready: [...this.#free, ...ready], skipped };
  }

  /** Notes how a task ended. */
  ended(task: Task, outcome: Outcome): ReleasedTasks {
    const released = this.#dependencies.ended(task.id, standingOf(outcome));
    return this.#release(released, () => ({ task, outcome }));
  }

  /** Nothing more begins: all that waited are the caller's. */
  letGo(): TaskState[] {
    const waiting = [...this.#held.values()];
    this.#held.clear();
    return waiting;
  }

  #release(released: Released, endedOf: (id: string) => Ended | undefined): ReleasedTasks {
    const ready = released.ready.flatMap((id) => this.#take(id));
    const skipped = released.skipped.flatMap(({ id, because }) =>
      this.#take(id).map((state) => ({ state, reason: reasonFor(because, endedOf(because)) })),
    );
    return { ready, skipped };
  }

  #take(id: string): readonly TaskState[] {
    const state = this.#held.get(id);
    this.#held.delete(id);
    return state === undefined ? [] : [state];
  }
}

function reasonFor(id: string, ended: Ended | undefined): Reason {
  const { name, files } = ended?.task ?? { name: undefined, files: [] };
  const about = files.length === 0 ? "" : ` (${listSome(files, 1)})`;
  const how = ended?.outcome == null ? "is not wanted any more" : `ended as ${ended.outcome}`;
  const message = `It follows task ${name ?? id}${about}, which ${how}.`;
  return { failureClass: null, code: NOT_REACHED, message };
}

/** Looks through the whole journal only where an open task follows one that is not open. */
function endedBefore(tasks: readonly Linked[], journal: Journal): ReadonlyMap<string, Ended> {
  const open = new Set(tasks.map(({ id }) => id));
  const wanted = new Set<string>();
  for (const { after = [] } of tasks) {
    for (const id of after) if (!open.has(id)) wanted.add(id);
  }
  const ended = new Map<string, Ended>();
  if (wanted.size === 0) return ended;
  for (const { task, outcome } of journal.entries()) {
    if (wanted.has(task.id)) ended.set(task.id, { task, outcome: outcome?.outcome ?? null });
  }
  return ended;
}
