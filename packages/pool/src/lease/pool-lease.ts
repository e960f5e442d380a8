import { contextLost, leaseBusy, leaseReleased, poolClosed } from "../errors/refusals.ts";
import type { Instance } from "../instance/instance.ts";
import { checkRunOptions } from "../pool/option-checks.ts";
import type { ReleaseMode, TurnOptions } from "../pool/options.ts";
import type { PendingTurn } from "../pool/pending-turn.ts";
import type { TurnDesk } from "../pool/turn-desk.ts";
import type { TranscriptPosition } from "../transcript/position.ts";
import type { Turn } from "../turn/turn.ts";
import type { Lease } from "./lease.ts";

/** What a lease needs of its pool. */
export interface LeaseHome<Request, Result> {
  readonly desk: TurnDesk<Request, Result>;
  readonly afterTurn: ReleaseMode;
  readonly closed: () => boolean;
  giveBack(instance: Instance<Request, Result>, mode: ReleaseMode): Promise<void> | undefined;
}

/** A lease, as a pool gives it out. */
export class PoolLease<Request, Result> implements Lease<Request, Result> {
  readonly cwd: string;
  readonly #instance: Instance<Request, Result>;
  readonly #home: LeaseHome<Request, Result>;
  readonly #generation: number;
  #current: Turn<Result> | null = null;
  #released: Promise<void> | null = null;

  constructor(instance: Instance<Request, Result>, cwd: string, home: LeaseHome<Request, Result>) {
    this.#instance = instance;
    this.cwd = cwd;
    this.#home = home;
    this.#generation = instance.generation;
  }

  get instance(): number {
    return this.#instance.index;
  }

  get transcript(): TranscriptPosition | null {
    return this.#instance.transcript;
  }

  run(request: Request, options: TurnOptions = {}): Turn<Result> {
    const { desk } = this.#home;
    const pending = desk.accept(request, options);
    const refusal = checkRunOptions(options) ?? this.#refusal() ?? pending.stopper.how?.error;
    if (refusal != null) {
      desk.refuse(pending, refusal);
      return pending.control.turn;
    }
    this.#current = pending.control.turn;
    void this.#run(pending);
    return pending.control.turn;
  }

  release(mode: ReleaseMode = this.#home.afterTurn): Promise<void> {
    this.#released ??= this.#release(mode);
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #run(pending: PendingTurn<Request, Result>): Promise<void> {
    // A caller may give up in the same breath, and nothing is sent.
    await null;
    const { desk } = this.#home;
    const { index } = this.#instance;
    desk.begin(index, pending);
    this.#instance.run(pending.request, pending, {
      ended: (verdict) => {
        this.#current = null;
        desk.end(pending, verdict);
      },
    });
  }

  async #release(mode: ReleaseMode): Promise<void> {
    const last = this.#current;
    last?.cancel("The lease was released.");
    await last?.catch(() => {});
    await this.#home.giveBack(this.#instance, mode);
  }

  #refusal(): Error | null {
    const instance = this.#instance;
    if (this.#released !== null) return leaseReleased();
    if (this.#current !== null) return leaseBusy();
    if (this.#home.closed()) return poolClosed();
    if (instance.oneShot || instance.generation === this.#generation) return null;
    return contextLost(instance.index);
  }
}
