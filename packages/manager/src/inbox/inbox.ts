import type { Clock } from "@cluster/pool";
import { invalidOption, ManagerError } from "../errors/manager-error.ts";
import type { Delivered, ReadOptions } from "./delivered.ts";

/** Whose responses a reader takes: those of one instance, or all. */
type Wanted = number | "any";

interface Reader<Result> {
  readonly wanted: Wanted;
  take(delivered: Delivered<Result>): void;
  fail(error: ManagerError): void;
}

/**
 * Finished turns that nobody has awaited, in the order in which they finished. Each goes to exactly
 * one reader; a reader is woken by the response itself, first come, first served.
 */
export class Inbox<Result> {
  readonly #unread = new Map<number, Delivered<Result>>();
  readonly #readers = new Set<Reader<Result>>();
  /** How many were let go since a reader was last told, by instance. */
  readonly #evicted = new Map<number | null, number>();
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #onEvicted: (evicted: Delivered<Result>) => void;
  #evictedEver = 0;
  #closed = false;

  constructor(limit: number, clock: Clock, onEvicted: (evicted: Delivered<Result>) => void) {
    this.#limit = limit;
    this.#clock = clock;
    this.#onEvicted = onEvicted;
  }

  get unread(): number {
    return this.#unread.size;
  }

  get evicted(): number {
    return this.#evictedEver;
  }

  /** Hands a finished turn to the first reader who takes it, or keeps it for the next one. */
  deliver(delivered: Delivered<Result>): void {
    for (const reader of this.#readers) {
      if (!wants(reader.wanted, delivered)) continue;
      this.#readers.delete(reader);
      reader.take(delivered);
      return;
    }
    this.#unread.set(delivered.turn, delivered);
    while (this.#unread.size > this.#limit) this.#evictOldest();
  }

  /** The caller has taken the response from the turn itself. */
  withdraw(turn: number): void {
    this.#unread.delete(turn);
  }

  /** Whether something of this instance waits to be read. */
  holds(instance: number): boolean {
    return this.#evicted.has(instance) || this.#firstOf(instance) !== null;
  }

  /**
   * The next finished turn.
   * @throws {ManagerError} READ_TIMEOUT, READ_CANCELLED, RESPONSES_EVICTED, CLUSTER_CLOSED.
   */
  next(wanted: Wanted, options: ReadOptions = {}): Promise<Delivered<Result>> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    return new Promise((resolve, reject) => {
      if (!(typeof timeoutMs === "number" && timeoutMs >= 0)) {
        throw invalidOption("timeoutMs", "a number of milliseconds, or Infinity", timeoutMs);
      }
      if (signal?.aborted === true) throw cancelled(signal);
      this.#reportEvicted(wanted);
      const waiting = this.#firstOf(wanted);
      if (waiting !== null) {
        this.#unread.delete(waiting.turn);
        resolve(waiting);
        return;
      }
      if (this.#closed) throw closed();
      const finish = (): void => {
        stopTimer();
        signal?.removeEventListener("abort", onAbort);
        this.#readers.delete(reader);
      };
      const reader: Reader<Result> = {
        wanted,
        take(delivered) {
          finish();
          resolve(delivered);
        },
        fail(error) {
          finish();
          reject(error);
        },
      };
      const onAbort = (): void => reader.fail(cancelled(signal));
      const stopTimer = this.#clock.after(timeoutMs, () =>
        reader.fail(timedOut(wanted, timeoutMs)),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#readers.add(reader);
    });
  }

  /** No more responses come. What is here can still be read; who waits hears of it. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.fail(closed());
  }

  #firstOf(wanted: Wanted): Delivered<Result> | null {
    for (const delivered of this.#unread.values()) if (wants(wanted, delivered)) return delivered;
    return null;
  }

  #evictOldest(): void {
    const oldest = this.#unread.values().next().value as Delivered<Result>;
    this.#unread.delete(oldest.turn);
    this.#evictedEver += 1;
    this.#evicted.set(oldest.instance, (this.#evicted.get(oldest.instance) ?? 0) + 1);
    this.#onEvicted(oldest);
  }

  /** Tells each loss once, and before anything newer is read. */
  #reportEvicted(wanted: Wanted): void {
    let count = 0;
    for (const [instance, lost] of this.#evicted) {
      if (wanted !== "any" && wanted !== instance) continue;
      count += lost;
      this.#evicted.delete(instance);
    }
    if (count === 0) return;
    throw new ManagerError(
      "RESPONSES_EVICTED",
      `${count} finished responses${wanted === "any" ? "" : ` of instance ${wanted}`} were let go, ` +
        `because more than ${this.#limit} waited to be read. Read sooner, await the turns, or raise maxUnread.`,
    );
  }
}

function wants<Result>(wanted: Wanted, delivered: Delivered<Result>): boolean {
  return wanted === "any" || wanted === delivered.instance;
}

function timedOut(wanted: Wanted, timeoutMs: number): ManagerError {
  const whose = wanted === "any" ? "any instance" : `instance ${wanted}`;
  return new ManagerError(
    "READ_TIMEOUT",
    `No response of ${whose} finished within ${timeoutMs} ms. Nothing was taken: a later read gets it.`,
  );
}

function cancelled(signal: AbortSignal | undefined): ManagerError {
  return new ManagerError("READ_CANCELLED", "The reader gave up. Nothing was taken.", {
    cause: signal?.reason,
  });
}

function closed(): ManagerError {
  return new ManagerError(
    "CLUSTER_CLOSED",
    "The cluster has shut down, and no response waits to be read.",
  );
}
