import { PoolError } from "../errors/pool-error.ts";
import { abortable } from "./abortable.ts";
import { becomeReady } from "./become-ready.ts";
import type { Launch } from "./launch.ts";
import { ManagedProcess } from "./managed-process.ts";
import { whatIsKnown } from "./not-ready.ts";

/** Of the time that a start has, what may pass in silence. */
const LATE = 0.25;

/** A launch whose folder is not known yet. */
export interface StartOrder<Request, Result> extends Omit<Launch<Request, Result>, "slot"> {
  readonly slot: { readonly index: number; readonly generation: number };
  readonly cwd: () => Promise<string>;
  /** Told once what is known of a start that takes long. */
  readonly late: (ms: number, detail: string) => void;
}

/**
 * Starts a process and resolves when it takes its first request. One deadline covers all of it: the
 * adapter's command, the host, the readiness. When this rejects, the process is gone.
 *
 * @param onSpawned Told of the process as soon as there is one.
 * @throws {PoolError} PROCESS_START_FAILED, START_TIMEOUT, PROCESS_EXITED, PROTOCOL_VIOLATION, or
 * what the order's signal carries.
 */
export async function startProcess<Request, Result>(
  order: StartOrder<Request, Result>,
  onSpawned: (process: ManagedProcess<Request, Result>) => void,
): Promise<ManagedProcess<Request, Result>> {
  const { cwd, clock, startTimeoutMs, adapter } = order;
  let process: ManagedProcess<Request, Result> | null = null;
  const deadline = new AbortController();
  const cancel = clock.after(startTimeoutMs, () => deadline.abort());
  let cancelLate = (): void => {};
  const signal = AbortSignal.any([order.signal, deadline.signal]);
  try {
    const slot = { ...order.slot, cwd: await abortable(signal, cwd) };
    const spawned = await ManagedProcess.spawn({ ...order, slot }, signal);
    process = spawned;
    const lateMs = startTimeoutMs * LATE;
    cancelLate = clock.after(lateMs, () => order.late(lateMs, whatIsKnown(spawned)));
    onSpawned(process);
    await becomeReady(process, { name: adapter.name, maxStartBytes: order.maxStartBytes }, signal);
    return process;
  } catch (error) {
    order.signal.throwIfAborted();
    if (!deadline.signal.aborted) throw error;
    throw new PoolError(
      "START_TIMEOUT",
      process === null
        ? `${adapter.name} was not started within ${startTimeoutMs} ms: its adapter's command, ` +
            "the cwd option or its host took longer. If they need it, raise startTimeoutMs."
        : `${adapter.name} was not ready within ${startTimeoutMs} ms. ${whatIsKnown(process)} If it ` +
            "needs longer, raise startTimeoutMs.",
    );
  } finally {
    cancel();
    cancelLate();
  }
}
