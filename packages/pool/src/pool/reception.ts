import { toError } from "../errors/pool-error.ts";
import { poolClosed, waitCancelled } from "../errors/refusals.ts";
import type { Instance } from "../instance/instance.ts";
import type { Dispatcher } from "../lease/dispatcher.ts";
import type { Lease } from "../lease/lease.ts";
import { PoolLease } from "../lease/pool-lease.ts";
import type { Statistics } from "../stats/statistics.ts";
import type { Turn } from "../turn/turn.ts";
import { giveUpBy } from "../turn/turn-stop.ts";
import type { Clock } from "./clock.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { PoolLifecycle } from "./lifecycle.ts";
import { checkRunOptions } from "./option-checks.ts";
import type { LeaseOptions, ReleaseMode, RunOptions } from "./options.ts";
import type { PendingTurn } from "./pending-turn.ts";
import type { Roster } from "./roster.ts";
import type { TurnDesk } from "./turn-desk.ts";

/** What the reception works with. */
export interface ReceptionParts<Request, Result> {
  readonly options: CompiledOptions;
  readonly lifecycle: PoolLifecycle;
  readonly roster: Roster<Request, Result>;
  readonly dispatcher: Dispatcher<Instance<Request, Result>>;
  readonly desk: TurnDesk<Request, Result>;
  readonly statistics: Statistics;
  readonly clock: Clock;
}

/** Takes requests and leases in, waits with them for an instance, and gives the instance back. */
export class Reception<Request, Result> {
  readonly #parts: ReceptionParts<Request, Result>;

  constructor(parts: ReceptionParts<Request, Result>) {
    this.#parts = parts;
  }

  /** See {@link Pool.run}. */
  run(request: Request, options: RunOptions): Turn<Result> {
    const { desk, lifecycle } = this.#parts;
    const pending = desk.accept(request, options);
    const closed = lifecycle.state === "open" ? null : poolClosed();
    const refusal = checkRunOptions(options) ?? closed ?? pending.stopper.how?.error;
    if (refusal != null) desk.refuse(pending, refusal);
    else this.#queue(pending, options);
    return pending.control.turn;
  }

  /** See {@link Pool.lease}. */
  async lease(options: LeaseOptions): Promise<Lease<Request, Result>> {
    const { desk, dispatcher, lifecycle, options: pool, statistics, clock } = this.#parts;
    lifecycle.assertOpen();
    const refusal = checkRunOptions(options);
    if (refusal !== null) throw refusal;
    const { signal } = options;
    const asked = clock.elapsed();
    // Before the first wait, so that a drain sees it.
    lifecycle.leaseBegins();
    let instance: Instance<Request, Result>;
    try {
      signal?.throwIfAborted();
      instance = await dispatcher.acquire(options, signal && giveUpBy(signal));
    } catch (error) {
      lifecycle.leaseEnds();
      lifecycle.notify();
      throw signal?.aborted === true && error === signal.reason ? waitCancelled(error) : error;
    }
    const now = clock.elapsed();
    statistics.waited(now - asked);
    statistics.utilisation.busy(1, now);
    try {
      const cwd = await pool.cwd(instance.index);
      return new PoolLease(instance, cwd, {
        desk,
        afterTurn: pool.afterTurn,
        closed: () => lifecycle.state === "closed",
        giveBack: (leased, mode) => this.#giveBack(leased, mode),
      });
    } catch (error) {
      await this.#giveBack(instance, "keep");
      throw error;
    }
  }

  #queue(pending: PendingTurn<Request, Result>, options: RunOptions): void {
    const { desk, dispatcher, roster } = this.#parts;
    const { instance: wanted } = options;
    if (wanted !== undefined && roster.at(wanted) !== undefined) pending.control.pin(wanted);
    const granted = (index: number): void => {
      this.#serve(roster.at(index) as Instance<Request, Result>, pending, options.release);
    };
    const refused = (error: unknown): void => desk.refuse(pending, toError(error));
    dispatcher.apply(options, { granted, refused }, pending.stopper);
  }

  #serve(
    instance: Instance<Request, Result>,
    pending: PendingTurn<Request, Result>,
    release: ReleaseMode | undefined,
  ): void {
    const { desk, lifecycle, options, statistics } = this.#parts;
    lifecycle.leaseBegins();
    desk.begin(instance.index, pending);
    statistics.waited(pending.began - pending.acceptedAt);
    statistics.utilisation.busy(1, pending.began);
    instance.run(pending.request, pending, (verdict) => {
      // Released before the caller hears of the end, so that whoever sends next finds it free.
      void this.#giveBack(instance, release ?? options.afterTurn);
      desk.end(pending, verdict);
    });
  }

  #giveBack(instance: Instance<Request, Result>, mode: ReleaseMode): Promise<void> | undefined {
    const { lifecycle } = this.#parts;
    lifecycle.leaseEnds();
    const released = instance.release(mode);
    if (released !== undefined) return released.then(() => this.#givenBack());
    this.#givenBack();
    return undefined;
  }

  #givenBack(): void {
    const { lifecycle, statistics, clock } = this.#parts;
    statistics.utilisation.busy(-1, clock.elapsed());
    lifecycle.notify();
  }
}
