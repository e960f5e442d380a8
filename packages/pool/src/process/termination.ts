import type { ToolProcess } from "../contract/process-host.ts";
import type { Clock } from "../pool/clock.ts";
import type { Grace } from "./grace.ts";

/** How a process is asked to go. */
export interface TerminationPlan {
  /** A polite goodbye of the connection; absent when the process is beyond politeness. */
  readonly goodbye?: () => Promise<void>;
  /** How long to wait after the goodbye, and again after SIGTERM. */
  readonly grace: Grace;
}

/**
 * The termination ladder: goodbye, end of input and SIGTERM to the group, SIGKILL to the group. Each
 * step is taken only when the one before did not end the process within its grace.
 */
export async function terminate(process: ToolProcess, plan: TerminationPlan): Promise<void> {
  const { grace } = plan;
  if (plan.goodbye !== undefined) {
    const said = await grace.covers(Promise.race([plan.goodbye(), process.exited]));
    // One that has said goodbye goes at the end of its input; it gets the rest of the grace for that.
    process.endInput();
    if (said && (await grace.covers(process.exited))) return;
  }
  process.endInput();
  process.kill("SIGTERM", "group");
  if (await grace.covers(process.exited)) return;
  process.kill("SIGKILL", "group");
  process.kill("SIGKILL", "process");
  await process.exited;
}

/** Whether a promise settles in time. */
export function within(promise: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    const settle = (): void => {
      cancel();
      resolve(true);
    };
    promise.then(settle, settle);
  });
}
