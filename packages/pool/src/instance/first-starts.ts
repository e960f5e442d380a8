import { PoolError } from "../errors/pool-error.ts";
import type { Clock } from "../pool/clock.ts";

/**
 * The starts of a pool of which no process has ever been ready. One that is there and takes too long is
 * then a wrong command or pattern far more often than a slow machine, and the restart budget would try it
 * for minutes. So the pool gives up when such a start, begun after another one had taken too long, takes too
 * long itself: what was slow because nothing was cached yet has had its second chance by then, and that
 * takes two start timeouts, however many instances there are and however few may start at once.
 */
export class FirstStarts {
  readonly #tool: string;
  readonly #clock: Pick<Clock, "elapsed">;
  #proved = false;
  /** When the first one had taken too long. */
  #late: number | null = null;
  #verdict: PoolError | null = null;

  constructor(tool: string, clock: Pick<Clock, "elapsed">) {
    this.#tool = tool;
    this.#clock = clock;
  }

  /**
   * Starts, unless that has proved to be in vain.
   * @param start Calls back when there is a process: a folder, a command or a host that takes most of the
   * time says nothing of the tool.
   * @throws {PoolError} START_TIMEOUT that is {@link final}, and whatever the start throws.
   */
  async begin<Started>(start: (spawned: () => void) => Promise<Started>): Promise<Started> {
    if (this.#verdict !== null) throw this.#verdict;
    const began = this.#clock.elapsed();
    let spawned = Number.POSITIVE_INFINITY;
    try {
      const started = await start(() => {
        spawned = this.#clock.elapsed();
      });
      this.#proved = true;
      // It may have come when the others had been given up.
      this.#verdict = null;
      return started;
    } catch (error) {
      const hadItsTime = this.#clock.elapsed() - spawned >= spawned - began;
      throw hadItsTime ? this.#judge(error, began) : error;
    }
  }

  /** Whether an error means that no other start is tried. */
  final(error: unknown): boolean {
    return error === this.#verdict;
  }

  /** The caller has asked for a new beginning. */
  renew(): void {
    this.#late = null;
    this.#verdict = null;
  }

  #judge(error: unknown, began: number): unknown {
    if (this.#proved || !(error instanceof PoolError) || error.code !== "START_TIMEOUT") {
      return error;
    }
    this.#late ??= this.#clock.elapsed();
    if (began < this.#late) return error;
    this.#verdict ??= new PoolError(
      "START_TIMEOUT",
      `${this.#tool} was never ready, twice in a row, and is not started again. ${error.message}`,
      { cause: error },
    );
    return this.#verdict;
  }
}
