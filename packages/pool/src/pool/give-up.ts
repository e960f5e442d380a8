import { waitCancelled } from "../errors/refusals.ts";
import { abortable } from "../process/abortable.ts";
import { invalidOption } from "./option-checks.ts";
import type { WaitOptions } from "./options.ts";

/**
 * Waits for an operation until the caller gives the wait up. The operation goes on.
 * @throws {PoolError} WAIT_CANCELLED, OPTION_INVALID, or what the operation rejects with.
 */
export async function unlessGivenUp<Value>(
  options: WaitOptions,
  operation: () => Promise<Value>,
): Promise<Value> {
  const { signal } = options;
  if (signal === undefined) return operation();
  if (!(signal instanceof AbortSignal)) {
    throw invalidOption("signal", "expected an AbortSignal", signal);
  }
  try {
    return await abortable(signal, operation);
  } catch (error) {
    throw signal.aborted && error === signal.reason ? waitCancelled(error) : error;
  }
}
