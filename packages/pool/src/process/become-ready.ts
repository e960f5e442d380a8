import { PoolError, toError } from "../errors/pool-error.ts";
import { ProcessStartError, ProtocolError } from "../errors/turn-errors.ts";
import type { ProcessEnd } from "./end-note.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { OutputWatch } from "./process-output.ts";

/** What a process is held to before it is ready. */
export interface StartTerms {
  /** The adapter's name. */
  readonly name: string;
  /** Bytes of output. */
  readonly maxStartBytes: number;
}

/**
 * Connects, and resolves when the process takes its first request; otherwise it is ended.
 * @throws {PoolError} PROCESS_START_FAILED, PROCESS_EXITED, PROTOCOL_VIOLATION, or what `signal`
 * carries.
 */
export async function becomeReady<Request, Result>(
  process: ManagedProcess<Request, Result>,
  { name, maxStartBytes }: StartTerms,
  signal: AbortSignal,
): Promise<void> {
  const giveUp = new AbortController();
  const failure = Promise.withResolvers<never>();
  const onAbort = (): void => failure.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const watch: OutputWatch = {
    limit: maxStartBytes,
    onLimit: () => failure.reject(floodAtStart(name, maxStartBytes)),
  };
  process.watch(watch);
  const exitAtStart = (end: ProcessEnd, cause?: unknown): Error =>
    process.exitError(end, " before it was ready", cause);
  // The exit of a one-shot tool ends its turn, however soon it comes.
  const forgetEnd = process.oneShot
    ? () => {}
    : process.onEnd(() => void process.ended.then((end) => failure.reject(exitAtStart(end))));
  try {
    await Promise.race([failure.promise, process.connect(giveUp.signal)]);
    // What it said with its last breath, or what it left behind said, does not make it ready.
    if (!process.markReady() && !process.oneShot) throw exitAtStart(await process.ended);
  } catch (error) {
    giveUp.abort(error);
    // What ends it gives the better explanation than what its connection makes of that.
    const end = process.reason === "exited" ? await process.ended : null;
    await process.terminate("start-failed");
    if (signal.aborted) throw signal.reason;
    throw end === null ? startFailure(name, error) : exitAtStart(end, error);
  } finally {
    process.unwatch(watch);
    forgetEnd();
    signal.removeEventListener("abort", onAbort);
  }
}

function floodAtStart(name: string, limit: number): ProtocolError {
  return new ProtocolError(
    `${name} printed more than ${limit} bytes before it was ready. ` +
      "If so much output is right, raise maxTurnBytes.",
  );
}

function startFailure(name: string, thrown: unknown): Error {
  const failure = toError(thrown);
  if (failure instanceof PoolError) return failure;
  return new ProcessStartError(`${name} did not become ready: ${failure.message}`, {
    cause: failure,
  });
}
