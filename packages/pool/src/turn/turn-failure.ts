import type { ToolSession } from "../contract/tool-connection.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { ProtocolError, ToolFailure } from "../errors/turn-errors.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { within } from "../process/termination.ts";
import type { TurnStop } from "./turn-stop.ts";
import { failed, type TurnVerdict } from "./turn-terms.ts";

/** A write that fails is often the first sign of an exit that comes a moment later. */
const EXIT_AFTER_FAILURE_MS = 200;

/** Who takes a turn: the connection of a process, or one of its sessions. */
export type Speaker<Request, Result> = Pick<ToolSession<Request, Result>, "run" | "interrupt">;

/** Whether a turn printed more than it may. Its process is not heard any more, hence not fit. */
export interface Flood {
  reached: boolean;
  /** Called when it is. */
  told: (() => void) | null;
}

/** Whether somebody ended it, or is about to: what a tool says from then on is not its whole answer. */
export function wasEnded(process: { readonly reason: TerminationReason | null }): boolean {
  return process.reason !== null && process.reason !== "exited";
}

/** Brings the process of a turn that was given up in step again, or ends it. */
export async function stopTurn<Request, Result>(
  how: TurnStop,
  process: ManagedProcess<Request, Result>,
  speaker: Speaker<Request, Result>,
  flood: Flood,
  interruptTimeoutMs: number,
): Promise<TurnVerdict<Result>> {
  const { clock } = process;
  const mayStay = how.reason === "turn-timeout" || how.reason === "turn-cancelled";
  if (mayStay && !flood.reached && speaker.interrupt !== undefined && process.state === "ready") {
    const over = Promise.withResolvers<void>();
    const forgetEnd = process.onEnd(over.resolve);
    // What it says of the interrupt would not be read.
    flood.told = over.resolve;
    let inStep = false;
    // Many a tool takes an interrupt that comes while it is at rest for its end.
    process.provoke(how.reason);
    const interrupt = async (): Promise<void> => speaker.interrupt?.();
    interrupt().then(() => {
      inStep = true;
      over.resolve();
    }, over.resolve);
    await within(over.promise, interruptTimeoutMs, clock);
    forgetEnd();
    process.provoke(null);
    if (inStep && !flood.reached && process.state === "ready") return failed(how.error, true);
  }
  await process.terminate(how.reason);
  return failed(how.error, false);
}

/** Finds out what a failed turn failed of, and ends its process unless the tool said that it is well. */
export async function failTurn<Request, Result>(
  error: unknown,
  process: ManagedProcess<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const stopped = wasEnded(process);
  if (error instanceof ToolFailure && !stopped) return failed(error, process.state === "ready");
  const unexplained = !(error instanceof PoolError) || stopped;
  // Whoever ends it sees to it that it goes, however long it takes.
  if (stopped) await process.ended;
  else if (unexplained) await within(process.ended, EXIT_AFTER_FAILURE_MS, process.clock);
  // One that has exited explains the failure, however long the rest of its end takes.
  if (unexplained && process.reason === "exited") await process.ended;
  if (unexplained && process.state === "ended") {
    return failed(process.exitError(await process.ended, " in a turn", error), false);
  }
  await process.terminate("protocol-violation");
  return failed(unexplained ? connectionFailure(error) : (error as Error), false);
}

function connectionFailure(error: unknown): ProtocolError {
  const cause = toError(error);
  return new ProtocolError(`The connection failed in a turn: ${cause.message}`, { cause });
}
