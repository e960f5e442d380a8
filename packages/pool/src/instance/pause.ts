import type { Clock } from "../pool/clock.ts";
import { within } from "../process/termination.ts";

/** Waits, or no longer than until the signal is aborted. Never rejects. */
export async function pause(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (!signal.aborted) await within(aborted.promise, ms, clock);
  signal.removeEventListener("abort", onAbort);
}
