import type { SendOptions } from "../cluster/options.ts";
import type { ClusterStatus } from "../cluster/status.ts";
import type { PoolUse } from "./pool-switch.ts";

/** An adapter that exists already: it can invoke its tool once, start-up included. */
export interface Invokes<Request, Response> {
  invoke(request: Request): Promise<Response>;
}

/** What pool-awareness adds to it. */
export interface PoolAwareMethods<Request, Response> extends AsyncDisposable {
  /**
   * Brings a pool into use. Resolves with true as soon as one instance is ready, and with false when
   * none can be started, or the pool was disabled meanwhile; then `onFallback` has the reason, and
   * requests run one-shot. A second call replaces the pool; the old one ends its turns first.
   *
   * @throws {ManagerError | PoolError} OPTION_INVALID
   * @throws {RoutingError} STRATEGY_UNKNOWN
   */
  usePool(options: PoolUse<Request, Response>): Promise<boolean>;
  /** Goes back to one-shot at once. Resolves when the pool has ended its turns and its processes. */
  disablePool(): Promise<void>;
  /** Whether requests go to a pool. */
  readonly isPoolEnabled: boolean;
  /** The pool at this moment; null without one. */
  getPoolStatus(): ClusterStatus | null;
  /**
   * Runs a request on the pool; by `invoke` when there is none, or when it is lost before the tool got
   * the request. Then `onFallback` hears why. A turn that has begun is never run a second time: its
   * failure is the caller's.
   */
  invokeWithPool(request: Request, options?: SendOptions): Promise<Response>;
}
