import { toError } from "../errors/pool-error.ts";
import { poolClosed, turnCancelled } from "../errors/refusals.ts";
import type { Instance } from "../instance/instance.ts";
import type { Dispatcher } from "../lease/dispatcher.ts";
import type { Lease } from "../lease/lease.ts";
import { PoolLease } from "../lease/pool-lease.ts";
import type { Turn } from "../turn/turn.ts";
import { giveUpBy } from "../turn/turn-stop.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { PoolLifecycle } from "./lifecycle.ts";
import { checkRunOptions } from "./option-checks.ts";
import type { LeaseOptions, ReleaseMode, RunOptions } from "./options.ts";
import type { Roster } from "./roster.ts";
import type { PendingTurn, TurnDesk } from "./turn-desk.ts";

/** What the reception works with. */
export interface ReceptionParts<Request, Result> {
  readonly options: CompiledOptions;
  readonly lifecycle: PoolLifecycle;
  readonly roster: Roster<Request, Result>;
  readonly dispatcher: Dispatcher<Instance<Request, Result>>;
  readonly desk: TurnDesk<Request, Result>;
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
    else void this.#queueAndRun(pending, options);
    return pending.control.turn;
  }

  /** See {@link Pool.lease}. */
  async lease(options: LeaseOptions): Promise<Lease<Request, Result>> {
    const { desk, dispatcher, lifecycle, options: pool } = this.#parts;
    lifecycle.assertOpen();
    const refusal = checkRunOptions(options);
    if (refusal !== null) throw refusal;
    const { signal } = options;
    // Before the first wait, so that a drain sees it.
    lifecycle.leaseBegins();
    let instance: Instance<Request, Result>;
    try {
      signal?.throwIfAborted();
      instance = await dispatcher.acquire(options, signal && giveUpBy(signal));
    } catch (error) {
      lifecycle.leaseEnds();
      lifecycle.notify();
      throw signal?.aborted === true && error === signal.reason ? turnCancelled(error) : error;
    }
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

  async #queueAndRun(pending: PendingTurn<Request, Result>, options: RunOptions): Promise<void> {
    const { desk, dispatcher, lifecycle, roster, options: pool } = this.#parts;
    const { instance: wanted } = options;
    if (wanted !== undefined && roster.at(wanted) !== undefined) pending.control.pin(wanted);
    let instance: Instance<Request, Result>;
    try {
      // Also where one is free at once: a caller may give up in the same breath, and nothing is sent.
      instance = await dispatcher.acquire(options, pending.stopper);
    } catch (error) {
      desk.refuse(pending, toError(error));
      return;
    }
    lifecycle.leaseBegins();
    const { index } = instance;
    const verdict = await instance.run(pending.request, desk.begin(index, pending));
    // Released before the caller hears of the end, so that whoever sends next finds it free.
    const released = this.#giveBack(instance, options.release ?? pool.afterTurn);
    desk.end(index, pending, verdict);
    await released;
  }

  async #giveBack(instance: Instance<Request, Result>, mode: ReleaseMode): Promise<void> {
    const { lifecycle } = this.#parts;
    lifecycle.leaseEnds();
    await instance.release(mode);
    lifecycle.notify();
  }
}
