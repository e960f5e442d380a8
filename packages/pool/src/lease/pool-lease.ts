import type { ToolSession } from "../contract/tool-connection.ts";
import {
  contextLost,
  leaseBusy,
  leaseReleased,
  poolClosed,
  sessionClosed,
} from "../errors/refusals.ts";
import type { Instance } from "../instance/instance.ts";
import { checkRunOptions } from "../pool/option-checks.ts";
import type { ReleaseMode, TurnOptions } from "../pool/options.ts";
import type { PendingTurn } from "../pool/pending-turn.ts";
import type { TurnDesk } from "../pool/turn-desk.ts";
import { abortable } from "../process/abortable.ts";
import type { TranscriptPosition } from "../transcript/position.ts";
import type { Turn } from "../turn/turn.ts";
import type { TurnVerdict } from "../turn/turn-terms.ts";
import type { Lease, LeaseSession, LeaseSessionOptions } from "./lease.ts";

/** What a lease needs of its pool. */
export interface LeaseHome<Request, Result> {
  readonly desk: TurnDesk<Request, Result>;
  readonly afterTurn: ReleaseMode;
  readonly closed: () => boolean;
  giveBack(instance: Instance<Request, Result>, mode: ReleaseMode): Promise<void> | undefined;
}

interface OpenSession<Request, Result> {
  readonly session: ToolSession<Request, Result>;
  closed: boolean;
}

/** A lease, as a pool gives it out. */
export class PoolLease<Request, Result> implements Lease<Request, Result> {
  readonly cwd: string;
  readonly #instance: Instance<Request, Result>;
  readonly #home: LeaseHome<Request, Result>;
  readonly #generation: number;
  readonly #sessions = new Set<OpenSession<Request, Result>>();
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
    return this.#turn(request, options, null);
  }

  async openSession(options: LeaseSessionOptions = {}): Promise<LeaseSession<Request, Result>> {
    const { cwd = this.cwd, signal = new AbortController().signal } = options;
    const refusal = this.#refusal();
    if (refusal !== null) throw refusal;
    const opening = this.#instance.openSession({ cwd, signal });
    // One that is there after all is not left open.
    const late = (): void => void opening.then((session) => session.close?.()).catch(() => {});
    const session = await abortable(signal, () => opening).catch((error: unknown) => {
      late();
      throw error;
    });
    const open: OpenSession<Request, Result> = { session, closed: false };
    this.#sessions.add(open);
    const close = (): Promise<void> => this.#closeSession(open);
    if (this.#released !== null) {
      await close();
      throw leaseReleased();
    }
    return {
      run: (request, turn = {}) => this.#turn(request, turn, open),
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  release(mode: ReleaseMode = this.#home.afterTurn): Promise<void> {
    this.#released ??= this.#release(mode);
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #turn(
    request: Request,
    options: TurnOptions,
    open: OpenSession<Request, Result> | null,
  ): Turn<Result> {
    const { desk } = this.#home;
    const pending = desk.accept(request, options);
    const refusal =
      checkRunOptions(options) ??
      this.#refusal() ??
      (open?.closed === true ? sessionClosed() : null) ??
      pending.stopper.how?.error;
    if (refusal != null) {
      desk.refuse(pending, refusal);
      return pending.control.turn;
    }
    this.#current = pending.control.turn;
    void this.#run(pending, open?.session);
    return pending.control.turn;
  }

  async #closeSession(open: OpenSession<Request, Result>): Promise<void> {
    open.closed = true;
    if (!this.#sessions.delete(open)) return;
    // A process that has ended has closed it.
    await open.session.close?.().catch(() => {});
  }

  async #run(
    pending: PendingTurn<Request, Result>,
    session: ToolSession<Request, Result> | undefined,
  ): Promise<void> {
    // A caller may give up in the same breath, and nothing is sent.
    await null;
    const { desk } = this.#home;
    const { index } = this.#instance;
    desk.begin(index, pending);
    const ended = (verdict: TurnVerdict<Result>): void => {
      this.#current = null;
      desk.end(pending, verdict);
    };
    this.#instance.run(pending.request, pending, { ended }, session);
  }

  async #release(mode: ReleaseMode): Promise<void> {
    const last = this.#current;
    last?.cancel("The lease was released.");
    await last?.catch(() => {});
    await Promise.all([...this.#sessions].map((open) => this.#closeSession(open)));
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
