/**
 * Waits for an operation that knows no signal, and no longer than until somebody gives up. The operation goes on
 * then, and nobody hears how it ends; one that is given up before is not begun.
 *
 * @throws what `signal` carries, when that comes first
 */
export async function abortable<Value>(
  signal: AbortSignal,
  operation: () => Promise<Value>,
): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([operation(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
