import type { ReleaseMode, TurnOptions } from "../pool/options.ts";
import type { TranscriptPosition } from "../transcript/position.ts";
import type { Turn } from "../turn/turn.ts";

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
   * Gives the instance back. A turn in flight is cancelled first. Resolves when that is done; a second
   * call does nothing.
   * @param mode What becomes of the context. @default the pool's `afterTurn`
   */
  release(mode?: ReleaseMode): Promise<void>;
}
