import type { ReleaseMode, TurnOptions } from "../pool/options.ts";
import type { TranscriptPosition } from "../transcript/position.ts";
import type { Turn } from "../turn/turn.ts";

/** Options of {@link Lease.openSession}. */
export interface LeaseSessionOptions {
  /** The folder it works in. @default the instance's */
  readonly cwd?: string;
  /** Gives the opening up. */
  readonly signal?: AbortSignal;
}

/** A context of its own in the process of a lease. Close it, or let `await using` do so. */
export interface LeaseSession<Request, Result> extends AsyncDisposable {
  /** One turn, as {@link Lease.run}. Rejects with LEASE_RELEASED after the end of the session. */
  run(request: Request, options?: TurnOptions): Turn<Result>;
  /** Ends it; a second call does nothing. */
  close(): Promise<void>;
}

/**
 * An instance for oneself: turns on it follow one another and share its context, and nobody else's
 * come between. Release it, or let `await using` do so.
 */
export interface Lease<Request, Result> extends AsyncDisposable {
  readonly instance: number;
  /** The folder of the instance. */
  readonly cwd: string;
  /**
   * Where the instance's transcript goes on: before and after a turn, the part that tells of it. `null` where
   * none is kept, and before its first entry.
   */
  readonly transcript: TranscriptPosition | null;
  /**
   * One turn. Rejects with LEASE_BUSY while another one runs, LEASE_RELEASED after the release, and
   * PROCESS_EXITED when the process, and with it the context, is gone.
   */
  run(request: Request, options?: TurnOptions): Turn<Result>;
  /**
   * One more context in the same process, for tools that keep several apart. Turns on it, and on the
   * lease itself, still follow one another. It ends with the lease.
   * @throws {PoolError} SESSIONS_UNSUPPORTED, LEASE_BUSY, LEASE_RELEASED, PROCESS_EXITED, or why the tool
   * opens none.
   */
  openSession(options?: LeaseSessionOptions): Promise<LeaseSession<Request, Result>>;
  /**
   * Gives the instance back. A turn in flight is cancelled first. Resolves when that is done; a second
   * call does nothing.
   * @param mode What becomes of the context. @default the pool's `afterTurn`
   */
  release(mode?: ReleaseMode): Promise<void>;
}
