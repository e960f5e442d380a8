import type { RequestOf, ResponseOf } from "./pool-aware.ts";
import type { Invokes, PoolAwareMethods } from "./pool-aware-methods.ts";
import { PoolSwitch, type PoolUse } from "./pool-switch.ts";

/** An adapter with pooling added. */
export type PoolAwareAdapter<Adapter> = Adapter &
  PoolAwareMethods<RequestOf<Adapter>, ResponseOf<Adapter>>;

/**
 * Adds pooling to one adapter that exists already, without touching it: what comes back has all that
 * the adapter has, and {@link PoolAwareMethods}. Its `invoke` stays what it was, and serves as the
 * fallback.
 *
 * @param options Given, the pool is brought into use at once, as by `usePool`; requests wait for it.
 * @throws {ManagerError | PoolError} OPTION_INVALID
 * @throws {RoutingError} STRATEGY_UNKNOWN
 */
export function makePoolAware<Adapter extends Invokes<never, unknown>>(
  adapter: Adapter,
  options?: PoolUse<RequestOf<Adapter>, ResponseOf<Adapter>>,
): PoolAwareAdapter<Adapter> {
  type Request = RequestOf<Adapter>;
  type Response = ResponseOf<Adapter>;
  const pool = new PoolSwitch<Request, Response>(
    (request) => adapter.invoke(request as never) as Promise<Response>,
    options?.onFallback,
  );
  const methods: PoolAwareMethods<Request, Response> = {
    usePool: async (use) => pool.use(use),
    disablePool: () => pool.disable(),
    get isPoolEnabled() {
      return pool.enabled;
    },
    getPoolStatus: () => pool.status,
    invokeWithPool: (request, sending) => pool.invoke(request, sending),
    async [Symbol.asyncDispose]() {
      await pool.disable();
      const own: unknown = Reflect.get(adapter, Symbol.asyncDispose);
      if (typeof own === "function") await own.call(adapter);
    },
  };
  // That it cannot start has been told to onFallback.
  if (options !== undefined) void pool.use(options);
  return new Proxy(adapter, {
    has: (target, key) => key in methods || Reflect.has(target, key),
    get(target, key) {
      if (key in methods) return Reflect.get(methods, key);
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function" || key === "constructor" || isFixed(target, key))
        return value;
      // Bound, since a method that uses private fields refuses any other `this`.
      return value.bind(target);
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  }) as PoolAwareAdapter<Adapter>;
}

/** A proxy must give a fixed property as it is. */
function isFixed(target: object, key: PropertyKey): boolean {
  return Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false;
}
