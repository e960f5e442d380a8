import type { Clock, InstanceStatus, Pool, PoolEvent } from "@cluster/pool";
import { type Candidate, type Strategy, sharedQueue } from "@cluster/routing";
import type { CompiledClusterOptions } from "../cluster/options.ts";
import { KeyBindings } from "./key-bindings.ts";

/** How much of a latency is the newest turn's. */
const NEWEST_SHARE = 0.2;

/** What decides where a request goes. */
export interface RouteOptions {
  readonly key?: string;
  readonly avoid?: readonly number[];
  readonly attempt?: number;
}

/**
 * Gives a pure strategy what it needs: candidates, their load, latency and weight, and a sequence
 * number.
 */
export class Router {
  readonly strategy: Strategy;
  readonly #pool: Pick<Pool<never, unknown>, "status">;
  readonly #weight: ((instance: number) => number) | undefined;
  readonly #clock: Clock;
  readonly #latency = new Map<number, { readonly ms: number; readonly since: number }>();
  readonly #keys = new KeyBindings();
  /** Of the last process of each instance that has become ready. */
  readonly #generations = new Map<number, number>();
  /** The sizes that the pool has still to go through, each in an object of its own. */
  readonly #ahead = new Set<{ readonly size: number }>();
  #sequence = 0;

  constructor(
    { strategy, weight }: Pick<CompiledClusterOptions<never, never>, "strategy" | "weight">,
    pool: Pick<Pool<never, unknown>, "status">,
    clock: Clock,
  ) {
    this.strategy = strategy;
    this.#weight = weight;
    this.#pool = pool;
    this.#clock = clock;
  }

  /**
   * The pool is about to get this size: nothing goes to those that leave, although they may be
   * followed by new ones of the same number. Returns what to call when it has it.
   */
  heading(size: number): () => void {
    const goal = { size };
    this.#ahead.add(goal);
    return () => this.#ahead.delete(goal);
  }

  /** The instance for a request, or null for the queue that all instances take from. */
  choose(options: RouteOptions): number | null {
    // The pool's own queue is this strategy, and binds later and keeps keys together itself.
    if (this.strategy === sharedQueue) return null;
    const { key, avoid, attempt = 1 } = options;
    const candidates = this.#candidates();
    const bound = key === undefined ? undefined : this.#keys.get(key);
    const kept = bound !== undefined && avoid?.includes(bound) !== true;
    const picked =
      (kept ? candidates.find((candidate) => candidate.index === bound) : undefined) ??
      this.strategy.pick(candidates, { sequence: this.#sequence++, attempt, key, avoid });
    if (picked === null) return null;
    if (key !== undefined) this.#keys.bind(key, picked.index);
    return picked.index;
  }

  latencyOf(instance: number): number | null {
    return this.#latency.get(instance)?.ms ?? null;
  }

  /** Learns from what happens in the pool. */
  observe(event: PoolEvent): void {
    if (this.#losesContext(event)) this.#keys.forget(event.instance);
    if (event.type !== "turn.ended") return;
    const before = this.#latency.get(event.instance)?.ms ?? event.runMs;
    this.#latency.set(event.instance, {
      ms: before + (event.runMs - before) * NEWEST_SHARE,
      since: this.#clock.elapsed(),
    });
  }

  /** With its process; or with a spare that takes the place of one, which may end much later. */
  #losesContext(
    event: PoolEvent,
  ): event is Extract<PoolEvent, { type: "process.ready" | "process.ended" }> {
    if (event.type === "process.ready") {
      this.#generations.set(event.instance, event.generation);
      return event.spare === true;
    }
    if (event.type !== "process.ended") return false;
    return event.generation >= (this.#generations.get(event.instance) ?? 0);
  }

  #candidates(): Candidate[] {
    const smallest = Math.min(...[...this.#ahead].map(({ size }) => size));
    const staying = this.#pool.status().instances.filter(({ index }) => index < smallest);
    const ready = staying.filter(servesSoon);
    const now = this.#clock.elapsed();
    return (ready.length > 0 ? ready : staying.filter(comesBack)).map(({ index, inFlight }) => {
      const latency = this.#latency.get(index);
      return {
        index,
        inFlight,
        ...(latency && { latencyMs: latency.ms, latencyAgeMs: now - latency.since }),
        ...(this.#weight && { weight: this.#weight(index) }),
      };
    });
  }
}

/**
 * Ready, or coming up for the first time: a request that is sent right after the launch is assigned
 * at once, and evenly.
 */
function servesSoon({ state, detail, lastExit }: InstanceStatus): boolean {
  if (state === "ready" || state === "idle") return true;
  return state === "starting" && detail === null && lastExit === null;
}

function comesBack({ state }: InstanceStatus): boolean {
  return state !== "stopped" && state !== "failed";
}
