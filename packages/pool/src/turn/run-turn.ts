import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { AnsweredQuestion, QuestionPolicy } from "../contract/question.ts";
import type { EndSignal } from "../contract/tool-connection.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { ProtocolError, ToolFailure, TurnAbortedError } from "../errors/turn-errors.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import type { Clock } from "../pool/clock.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { within } from "../process/termination.ts";
import { TurnDeadlines } from "./turn-deadlines.ts";
import { TurnScope } from "./turn-scope.ts";
import type { TurnStop, TurnStopper } from "./turn-stop.ts";

/** How long a connection may take to settle once its process has ended and its output is read. */
const SETTLE_AFTER_EXIT_MS = 50;
/** The result of a one-shot tool is made after its exit. */
const SETTLE_ONE_SHOT_MS = 5_000;
/** A write that fails is often the first sign of an exit that comes a moment later. */
const EXIT_AFTER_FAILURE_MS = 200;

/** The compiled options of one turn. */
export interface TurnLimits {
  readonly turnTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly interruptTimeoutMs: number;
  readonly maxTurnBytes: number;
}

/** Who hears of a turn while it runs. */
export interface TurnObserver {
  event(event: ConnectionEvent): void;
  question(answered: AnsweredQuestion): void;
}

/** How a turn ended, and whether its process may serve another one. */
export type TurnVerdict<Result> =
  | {
      readonly kind: "done";
      readonly result: Result;
      readonly endedBy: EndSignal;
      readonly fit: boolean;
    }
  | { readonly kind: "failed"; readonly error: Error; readonly fit: boolean };

/** What a turn brings along, beside its request. */
export interface TurnTerms {
  readonly limits: TurnLimits;
  readonly policy: QuestionPolicy;
  readonly observer: TurnObserver;
  readonly stopper: TurnStopper;
}

/** What a turn needs beside its request. */
export interface TurnSetting<Request, Result> extends TurnTerms {
  readonly process: ManagedProcess<Request, Result>;
  readonly clock: Clock;
  readonly oneShot: boolean;
}

type Settled<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "error"; readonly error: unknown };

/**
 * Runs one turn. It settles only when nothing of the turn can happen any more: a stopped turn has
 * brought its protocol in step again, or its process is gone.
 */
export async function runTurn<Request, Result>(
  request: Request,
  setting: TurnSetting<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const { process, limits, clock, stopper, oneShot } = setting;
  // Given up before a byte was sent: its process knows nothing of it.
  if (stopper.how !== null) return failed(stopper.how.error, process.state === "ready");
  const deadlines = new TurnDeadlines(limits, clock, stopper);
  const context = new TurnScope(setting, deadlines);
  const unwatch = process.watch({
    limit: limits.maxTurnBytes,
    onOutput: () => deadlines.activity(),
    onLimit: () =>
      stopper.stop({ error: outputLimit(limits.maxTurnBytes), reason: "turn-output-limit" }),
  });
  let wake = (): void => {};
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  // Typed like this, since the compiler does not see that the callbacks assign it.
  let settled = null as Settled<Result> | null;
  const settle = (how: Settled<Result>): void => {
    // What a connection makes of being given up is no answer, nor what a tool says on its way out.
    const late = how.kind === "value" && wasEnded(process);
    if (stopper.how === null) settled = late ? { kind: "error", error: undefined } : how;
    wake();
  };
  const first = change();
  const forgetEnd = process.onEnd(() => wake());
  stopper.onStop = () => wake();
  begin(() => process.connection.run(request, context)).then(
    (value) => settle({ kind: "value", value }),
    (error: unknown) => settle({ kind: "error", error }),
  );
  try {
    await first;
    deadlines.clear();
    if (settled === null && stopper.how === null) {
      // The process has ended, and its connection may still make something of its last words.
      await within(change(), oneShot ? SETTLE_ONE_SHOT_MS : SETTLE_AFTER_EXIT_MS, clock);
    }
    if (stopper.how !== null && settled === null) return await stopTurn(stopper.how, setting);
    if (settled?.kind === "value") {
      const fit = process.state === "ready";
      return { kind: "done", result: settled.value, endedBy: context.end, fit };
    }
    return await failTurn(settled?.kind === "error" ? settled.error : undefined, setting);
  } finally {
    context.close();
    unwatch();
    forgetEnd();
    stopper.onStop = null;
  }
}

/** A connection that throws at once is one that rejects. */
function begin<Value>(operation: () => Promise<Value>): Promise<Value> {
  try {
    return operation();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Whether somebody ended it, or is about to: what a tool says from then on is not its whole answer. */
function wasEnded(process: { readonly reason: TerminationReason | null }): boolean {
  return process.reason !== null && process.reason !== "exited";
}

async function stopTurn<Request, Result>(
  how: TurnStop,
  setting: TurnSetting<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const { process, limits, clock } = setting;
  const { connection } = process;
  const mayStay = how.reason === "turn-timeout" || how.reason === "turn-cancelled";
  if (mayStay && connection.interrupt !== undefined && process.state === "ready") {
    const over = Promise.withResolvers<void>();
    const forgetEnd = process.onEnd(over.resolve);
    let inStep = false;
    begin(async () => connection.interrupt?.()).then(() => {
      inStep = true;
      over.resolve();
    }, over.resolve);
    await within(over.promise, limits.interruptTimeoutMs, clock);
    forgetEnd();
    if (inStep && process.state === "ready") return failed(how.error, true);
  }
  await process.terminate(how.reason);
  return failed(how.error, false);
}

async function failTurn<Request, Result>(
  error: unknown,
  setting: TurnSetting<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const { process, clock } = setting;
  const stopped = wasEnded(process);
  if (error instanceof ToolFailure && !stopped) return failed(error, process.state === "ready");
  const unexplained = !(error instanceof PoolError) || stopped;
  // Whoever ends it sees to it that it goes, however long it takes.
  if (stopped) await process.ended;
  else if (unexplained) await within(process.ended, EXIT_AFTER_FAILURE_MS, clock);
  if (unexplained && process.state === "ended") {
    return failed(process.exitError(await process.ended, " in a turn", error), false);
  }
  await process.terminate("protocol-violation");
  return failed(unexplained ? connectionFailure(error) : (error as Error), false);
}

function failed(error: Error, fit: boolean): TurnVerdict<never> {
  return { kind: "failed", error, fit };
}

function connectionFailure(error: unknown): ProtocolError {
  const cause = toError(error);
  return new ProtocolError(`The connection failed in a turn: ${cause.message}`, { cause });
}

function outputLimit(limit: number): TurnAbortedError {
  return new TurnAbortedError(
    "TURN_OUTPUT_LIMIT",
    `The tool printed more than ${limit} bytes in one turn. ` +
      "Its process was replaced. If so much output is right, raise maxTurnBytes.",
  );
}
