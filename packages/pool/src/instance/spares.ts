import type { PoolEvent } from "../events/pool-event.ts";
import type { SpareStatus } from "../pool/status.ts";
import type { InstanceContext } from "./instance-context.ts";
import { isPermanent } from "./permanent-failure.ts";
import { RestartBudget } from "./restart-budget.ts";
import { Spare, type SpareFate } from "./spare.ts";
import { SparePlaces, type SpareUser } from "./spare-places.ts";

/** How long a taken spare has for its first turn, before the next one is started. */
const REST_MS = 10;

/**
 * The processes that are kept ready beyond the instances. They have a restart budget of their own: when
 * it is spent there are none for a period, and the instances go on without.
 */
export class Spares<Request, Result> implements SpareFate<Request, Result> {
  readonly #context: InstanceContext<Request, Result>;
  readonly #possible: boolean;
  readonly #places: SparePlaces;
  readonly #budget: RestartBudget;
  /** Instances that want to be given a new process although they have one. */
  readonly #wanted = new Set<number>();
  readonly #ending = new Map<Spare<Request, Result>, Promise<void>>();
  #all: readonly Spare<Request, Result>[] = [];
  #lastReady: number | null = null;
  /** Why there are none for a while. */
  #failure: { readonly error: Error; readonly at: number } | null = null;
  #cancelPause: (() => void) | null = null;
  /** Ends the rest after one was taken; null when there is none. */
  #resting: (() => void) | null = null;
  #closed = false;

  constructor(context: InstanceContext<Request, Result>, users: () => readonly SpareUser[]) {
    this.#context = context;
    const { exclusive = false, oneShot = false } = context.adapter.capabilities ?? {};
    this.#possible = !exclusive && !oneShot;
    this.#places = new SparePlaces(context.options.sharedFolder, users);
    this.#budget = new RestartBudget(context.options.restart);
  }

  status(): SpareStatus {
    const ready = this.#all.filter(({ state }) => state === "ready").length;
    const starting = this.#all.length - ready;
    return { ready, starting, detail: this.#failure?.error.message ?? null };
  }

  /** A ready process for an instance; null when there is none. */
  take(instance: number): Spare<Request, Result> | null {
    for (const spare of this.#all) {
      if (spare.claimed || !spare.suits(instance)) continue;
      if (spare.take()) return this.#give(spare, instance);
    }
    return null;
  }

  /**
   * The next spare that becomes ready, for an instance that would otherwise start a process itself and
   * have it later. Null when none is on its way, or when that one failed.
   */
  async claim(instance: number, signal: AbortSignal): Promise<Spare<Request, Result> | null> {
    const coming = this.#all.find(
      (spare) => spare.state === "starting" && !spare.claimed && spare.suits(instance),
    );
    if (coming === undefined) return null;
    coming.claimed = true;
    const given = Promise.withResolvers<void>();
    const giveUp = (): void => given.resolve();
    signal.addEventListener("abort", giveUp, { once: true });
    await Promise.race([coming.settled, given.promise]);
    signal.removeEventListener("abort", giveUp);
    coming.claimed = false;
    if (!signal.aborted && coming.take()) return this.#give(coming, instance);
    this.refill();
    return null;
  }

  /** An instance wants a new process soon: a spare is made even where none are kept. */
  want(instance: number): void {
    this.#wanted.add(instance);
    this.refill();
  }

  wantNoMore(instance: number): void {
    if (this.#wanted.delete(instance)) this.refill();
  }

  /** Starts what is missing, and ends what nobody can use. Cheap when there is nothing to do. */
  refill(): void {
    const kept = Math.max(this.#context.options.spares, Math.min(1, this.#wanted.size));
    if (this.#closed || !this.#possible || (kept === 0 && this.#all.length === 0)) return;
    for (const spare of this.#all) {
      if (!spare.claimed && this.#places.usersOf(spare.place).length === 0) this.#discard(spare);
    }
    const target = Math.max(this.#places.limit(kept), this.#needed());
    for (let excess = this.#unclaimed() - target; excess > 0; excess -= 1) {
      const last = this.#all.findLast((spare) => !spare.claimed && !this.#isWanted(spare));
      if (last !== undefined) this.#discard(last);
    }
    if (this.#cancelPause !== null || this.#resting !== null) return;
    if (this.#givenUp() || !this.#places.proved) return;
    while (this.#unclaimed() < target) {
      const places = this.#all.map((spare) => spare.place);
      const place = this.#places.next(places, target - this.#unclaimed());
      if (place === null) return;
      this.#all = [...this.#all, new Spare(place, this.#context, this)];
    }
  }

  #isWanted(spare: Spare<Request, Result>): boolean {
    return [...this.#wanted].some((instance) => spare.suits(instance));
  }

  /** So that spares which must wait for others take no place from an instance that could have one now. */
  #needed(): number {
    const takers = this.#places.idle(this.#wanted);
    if (takers.length === 0) return 0;
    const forOthers = this.#all.filter(
      (spare) => !spare.claimed && !takers.some(({ index }) => spare.suits(index)),
    );
    return forOthers.length + 1;
  }

  /** The caller has asked for a new beginning. */
  renew(): void {
    this.#budget.clear();
    this.#failure = null;
    this.#stopPause();
    this.refill();
  }

  /** Ends them all, for good, or makes haste with that. Resolves when nothing of them is left. */
  async close(graceMs?: number): Promise<void> {
    this.#closed = true;
    this.#stopPause();
    this.#resting?.();
    for (const spare of this.#ending.keys()) void spare.end("shutdown", graceMs);
    for (const spare of this.#all) this.#discard(spare, "shutdown", graceMs);
    await Promise.all(this.#ending.values());
  }

  starting(spare: Spare<Request, Result>): void {
    this.#tell(spare, "starting");
  }

  ready(spare: Spare<Request, Result>): void {
    this.#failure = null;
    this.#lastReady = this.#context.clock.elapsed();
    this.#tell(spare, "ready");
    this.free(spare);
  }

  free(spare: Spare<Request, Result>): void {
    if (spare.claimed) return;
    for (const user of this.#places.usersOf(spare.place)) {
      if (spare.state === "ready") user.spareReady();
    }
    this.refill();
  }

  lost(spare: Spare<Request, Result>, error: Error): void {
    this.#all = this.#all.filter((other) => other !== spare);
    this.#tell(spare, "ended", error.message);
    const { process } = spare;
    if (process !== null) {
      const swept = process.swept.then(() => void this.#ending.delete(spare));
      this.#ending.set(spare, swept);
    }
    if (this.#closed) return;
    const { clock } = this.#context;
    const now = clock.elapsed();
    const wait = isPermanent(error) ? null : this.#budget.crash(now, this.#lastReady);
    if (wait === null) {
      const told = this.#givenUp();
      this.#failure = { error, at: now };
      if (!told) this.#tell(spare, "failed", error.message);
      return;
    }
    this.#stopPause();
    this.#cancelPause = clock.after(wait, () => {
      this.#cancelPause = null;
      this.refill();
    });
  }

  /** For a period; then one is tried again as soon as something happens in the pool. */
  #givenUp(): boolean {
    if (this.#failure === null) return false;
    const { clock, options } = this.#context;
    return clock.elapsed() - this.#failure.at < options.restart.periodMs;
  }

  #unclaimed(): number {
    return this.#all.filter(({ claimed }) => !claimed).length;
  }

  #discard(
    spare: Spare<Request, Result>,
    reason: "stop" | "shutdown" = "stop",
    graceMs?: number,
  ): void {
    this.#all = this.#all.filter((other) => other !== spare);
    const ended = spare.end(reason, graceMs).then(() => {
      this.#ending.delete(spare);
      if (spare.process !== null) this.#tell(spare, "ended");
    });
    this.#ending.set(spare, ended);
  }

  #give(spare: Spare<Request, Result>, instance: number): Spare<Request, Result> {
    this.#all = this.#all.filter((other) => other !== spare);
    this.#wanted.delete(instance);
    this.#places.lend(spare.place, spare.ended);
    this.#tell(spare, "taken", undefined, instance);
    // Whoever takes this one has a request to serve first: a start blocks, and takes a processor.
    this.#resting ??= this.#context.clock.after(REST_MS, () => {
      this.#resting = null;
      this.refill();
    });
    return spare;
  }

  #stopPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = null;
  }

  #tell(
    spare: Spare<Request, Result>,
    state: Extract<PoolEvent, { type: "spare.state" }>["state"],
    detail?: string,
    instance: number | null = spare.place.instance,
  ): void {
    this.#context.emit({
      type: "spare.state",
      at: this.#context.clock.now(),
      slot: spare.place.index,
      state,
      instance,
      pid: spare.process?.pid ?? null,
      ...(detail === undefined ? {} : { detail }),
    });
  }
}
