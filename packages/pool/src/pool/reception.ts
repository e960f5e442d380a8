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
import { Visit, type VisitHost } from "./visit.ts";

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
export class Reception<Request, Result> implements VisitHost<Request, Result> {
  readonly desk: TurnDesk<Request, Result>;
  readonly #parts: ReceptionParts<Request, Result>;

  constructor(parts: ReceptionParts<Request, Result>) {
    this.desk = parts.desk;
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
        giveBack: (leased, mode) => this.giveBack(leased, mode),
      });
    } catch (error) {
      await this.giveBack(instance, "keep");
      throw error;
    }
  }

  /** An instance takes a request that has waited for it. */
  receive(pending: PendingTurn<Request, Result>, index: number): Instance<Request, Result> {
    const { desk, lifecycle, statistics, roster } = this.#parts;
    lifecycle.leaseBegins();
    desk.begin(index, pending);
    statistics.waited(pending.began - pending.acceptedAt);
    statistics.utilisation.busy(1, pending.began);
    // It is leased, and stays in the roster as long as it is.
    return roster.at(index) as Instance<Request, Result>;
  }

  giveBack(
    instance: Instance<Request, Result>,
    mode: ReleaseMode = this.#parts.options.afterTurn,
  ): Promise<void> | undefined {
    this.#parts.lifecycle.leaseEnds();
    const released = instance.release(mode);
    if (released !== undefined) return released.then(() => this.#givenBack());
    this.#givenBack();
    return undefined;
  }

  #queue(pending: PendingTurn<Request, Result>, options: RunOptions): void {
    const { dispatcher, roster } = this.#parts;
    const { instance: wanted } = options;
    if (wanted !== undefined && roster.at(wanted) !== undefined) pending.control.pin(wanted);
    dispatcher.apply(options, new Visit(this, pending, options.release), pending.stopper);
  }

  #givenBack(): void {
    const { lifecycle, statistics, clock } = this.#parts;
    statistics.utilisation.busy(-1, clock.elapsed());
    lifecycle.notify();
  }
}
