/** Runs an operation that knows no signal, and rejects with the signal's reason when that comes first. */
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
