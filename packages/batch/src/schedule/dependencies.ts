/** A task, and those that go before it. */
export interface Linked {
  readonly id: string;
  readonly after?: readonly string[];
}

/** How a task that is not to be attempted stands: as those that follow it wish, or not. */
export type Standing = "met" | "failed";

/** What a task's end means to those that wait for it. */
export interface Released {
  /** They wait for nothing any more. */
  readonly ready: readonly string[];
  /** They never begin, since `because` did not end as they need it. */
  readonly skipped: readonly { readonly id: string; readonly because: string }[];
}

interface Waiter {
  /** How many it still waits for. */
  open: number;
  readonly followers: string[];
}

/**
 * Which tasks may begin. A task waits until all that go before it have ended as it needs them; when one of
 * them has not, it is skipped, and so are those that wait for it. Pure, but for what it counts.
 */
export class Dependencies {
  /** Tasks that wait, and those that are waited for; nobody else is here. */
  readonly #tasks = new Map<string, Waiter>();
  readonly #begin: Released;

  /**
   * @param tasks Those that are still to end.
   * @param standing How a task stands that is not among them.
   */
  constructor(tasks: readonly Linked[], standing: (id: string) => Standing) {
    const open = new Set(tasks.map(({ id }) => id));
    const ready: string[] = [];
    const failed: { readonly id: string; readonly because: string }[] = [];
    for (const { id, after = [] } of tasks) {
      const waitsFor = new Set(after);
      const lost = [...waitsFor].find((other) => !open.has(other) && standing(other) === "failed");
      const before = [...waitsFor].filter((other) => open.has(other));
      if (lost !== undefined) failed.push({ id, because: lost });
      else if (before.length === 0) ready.push(id);
      if (lost !== undefined || before.length > 0) this.#of(id).open = before.length;
      for (const other of before) this.#of(other).followers.push(id);
    }
    const skipped = failed.flatMap(({ id, because }) => this.#skip(id, because));
    this.#begin = { ready, skipped };
  }

  /** What may begin at once, and what is never to. */
  get begin(): Released {
    return this.#begin;
  }

  /** Notes that a task has ended. */
  ended(id: string, standing: Standing): Released {
    const followers = this.#tasks.get(id)?.followers ?? [];
    this.#tasks.delete(id);
    if (standing === "failed") {
      return { ready: [], skipped: followers.flatMap((follower) => this.#skip(follower, id)) };
    }
    const ready = followers.filter((follower) => {
      const waiter = this.#tasks.get(follower);
      if (waiter === undefined) return false;
      waiter.open -= 1;
      return waiter.open === 0;
    });
    return { ready, skipped: [] };
  }

  /** A task and all that wait for it, directly or not, each once. Without recursion: a chain may be long. */
  #skip(first: string, because: string): Released["skipped"][number][] {
    const skipped: Released["skipped"][number][] = [];
    for (const wave = [first]; wave.length > 0; ) {
      const id = wave.pop() as string;
      const waiter = this.#tasks.get(id);
      if (waiter === undefined) continue;
      this.#tasks.delete(id);
      skipped.push({ id, because });
      wave.push(...waiter.followers.toReversed());
    }
    return skipped;
  }

  #of(id: string): Waiter {
    const known = this.#tasks.get(id);
    if (known !== undefined) return known;
    const waiter = { open: 0, followers: [] };
    this.#tasks.set(id, waiter);
    return waiter;
  }
}
