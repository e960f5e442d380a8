import { PoolError, type PoolErrorCode, type ToolAdapter } from "@cluster/pool";
import type { Cluster } from "../cluster/cluster.ts";
import { launchCluster } from "../cluster/launch-cluster.ts";
import type { ClusterOptions, SendOptions } from "../cluster/options.ts";
import type { ClusterStatus } from "../cluster/status.ts";
import { type OnFallback, type PoolFallback, warnOnFallback } from "./fallback.ts";
import { whenUsable } from "./when-usable.ts";

/** The pool to use: the tool kept warm, and the options of its cluster. */
export interface PoolUse<Request, Response> extends ClusterOptions<Request, Response> {
  /** Speaks with the tool's warm processes. It takes the same requests as `invoke`. */
  readonly tool: ToolAdapter<Request, Response>;
  /**
   * Hears why a request runs one-shot. It stays in force after `disablePool`.
   * @default a process warning, once for each reason
   */
  readonly onFallback?: OnFallback;
}

/** Failures of a pool; a request that has not begun may run elsewhere then. */
const POOL_LOST: readonly PoolErrorCode[] = ["INSTANCE_UNAVAILABLE", "POOL_CLOSED"];

/** Runs requests on a pool while there is one, and one-shot while there is none. */
export class PoolSwitch<Request, Response> {
  readonly #oneShot: (request: Request) => Promise<Response>;
  #onFallback: OnFallback;
  #cluster: Cluster<Request, Response> | null = null;
  #without: PoolFallback = disabled("No pool is in use. usePool(options) brings one.");

  constructor(
    oneShot: (request: Request) => Promise<Response>,
    onFallback: OnFallback = warnOnFallback(),
  ) {
    this.#oneShot = oneShot;
    this.#onFallback = onFallback;
  }

  get enabled(): boolean {
    return this.#cluster !== null;
  }

  get status(): ClusterStatus | null {
    return this.#cluster?.getStatus() ?? null;
  }

  /** Wrong options throw at once, and leave everything as it was. */
  use(options: PoolUse<Request, Response>): Promise<boolean> {
    const { tool, onFallback, ...clusterOptions } = options;
    const cluster = launchCluster(tool, clusterOptions);
    const before = this.#cluster;
    this.#cluster = cluster;
    this.#onFallback = onFallback ?? this.#onFallback;
    const atOnce = clusterOptions.start === "lazy" || tool.capabilities?.oneShot === true;
    return this.#change(before, cluster, atOnce);
  }

  async #change(
    before: Cluster<Request, Response> | null,
    cluster: Cluster<Request, Response>,
    atOnce: boolean,
  ): Promise<boolean> {
    const why = atOnce ? null : whenUsable(cluster as Cluster<never, unknown>);
    if (before !== null) await end(before);
    const failure = await why;
    if (this.#cluster !== cluster) return false;
    if (failure === null) return true;
    this.#without = {
      reason: "start-failed",
      message: `The pool of ${cluster.tool} could not start, so requests run one-shot. ${failure}`,
      error: new PoolError("INSTANCE_UNAVAILABLE", failure),
    };
    this.#cluster = null;
    this.#onFallback(this.#without);
    await cluster.shutdown();
    return false;
  }

  async disable(): Promise<void> {
    const cluster = this.#cluster;
    if (cluster === null) return;
    this.#cluster = null;
    this.#without = disabled("The pool was disabled, so requests run one-shot.");
    await end(cluster);
  }

  async invoke(request: Request, options?: SendOptions): Promise<Response> {
    const cluster = this.#cluster;
    if (cluster === null) {
      this.#onFallback(this.#without);
      return this.#oneShot(request);
    }
    const turn = cluster.run(request, options);
    try {
      return await turn;
    } catch (error) {
      // What a tool may have begun is never done twice.
      if (!(error instanceof PoolError) || !neverBegan(error, turn.started)) throw error;
      this.#onFallback({
        reason: "unavailable",
        message: `The pool of ${cluster.tool} was lost, so a request runs one-shot. ${error.message}`,
        error,
      });
      return this.#oneShot(request);
    }
  }
}

function neverBegan(error: PoolError, started: boolean): boolean {
  return error.code === "PROCESS_START_FAILED" || (!started && POOL_LOST.includes(error.code));
}

function disabled(message: string): PoolFallback {
  return { reason: "disabled", message, error: null };
}

async function end<Request, Response>(cluster: Cluster<Request, Response>): Promise<void> {
  await cluster.drain();
  await cluster.shutdown();
}
