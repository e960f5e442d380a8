/** Why a request ran one-shot instead of on a pool. */
export interface PoolFallback {
  /**
   * - `disabled`: no pool is in use
   * - `start-failed`: no instance of the pool could be started
   * - `unavailable`: the pool was lost before the tool got the request
   */
  readonly reason: "disabled" | "start-failed" | "unavailable";
  /** In words. */
  readonly message: string;
  readonly error: Error | null;
}

/** Hears of every request that runs one-shot, and of a pool that cannot start. */
export type OnFallback = (fallback: PoolFallback) => void;

/** What tells a fallback when nobody else listens: a process warning, once for each message. */
export function warnOnFallback(): OnFallback {
  const told = new Set<string>();
  return ({ message }) => {
    if (told.has(message)) return;
    told.add(message);
    process.emitWarning(message, { type: "PoolFallbackWarning" });
  };
}
