import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { AnsweredQuestion, QuestionPolicy } from "../contract/question.ts";
import type { EndSignal } from "../contract/tool-connection.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { ProtocolError, ToolFailure, TurnAbortedError } from "../errors/turn-errors.ts";
import type { Clock } from "../pool/clock.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { within } from "../process/termination.ts";
import { TurnDeadlines } from "./turn-deadlines.ts";
import type { TurnStop } from "./turn-stop.ts";

/** How long a connection may take to settle once its process has ended and its output is read. */
const SETTLE_AFTER_EXIT_MS = 1_000;

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

/** What a turn needs beside its request. */
export interface TurnSetting<Request, Result> {
  readonly process: ManagedProcess<Request, Result>;
  readonly limits: TurnLimits;
  readonly policy: QuestionPolicy;
  readonly observer: TurnObserver;
  readonly clock: Clock;
  readonly oneShot: boolean;
  /** Hands out the function that ends the turn from outside. */
  readonly onStoppable: (stop: (how: TurnStop) => void) => void;
}

/**
 * Runs one turn. It settles only when nothing of the turn can happen any more: a stopped turn has
 * brought its protocol in step again, or its process is gone.
 */
export async function runTurn<Request, Result>(
  request: Request,
  setting: TurnSetting<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const { process, limits, clock, observer } = setting;
  const controller = new AbortController();
  const stopped = Promise.withResolvers<TurnStop>();
  let active = true;
  let endedBy: EndSignal = setting.oneShot ? "exit" : "protocol";
  const stop = (how: TurnStop): void => {
    if (!active) return;
    active = false;
    controller.abort(how.error);
    stopped.resolve(how);
  };
  const deadlines = new TurnDeadlines(limits, clock, stop);
  setting.onStoppable(stop);

  let bytes = 0;
  process.onOutput = (count) => {
    bytes += count;
    deadlines.activity();
    if (bytes > limits.maxTurnBytes && active) {
      process.stopReading();
      stop({ error: outputLimit(limits.maxTurnBytes), reason: "turn-output-limit" });
    }
  };
  const run = settle(
    process.connection.run(request, {
      signal: controller.signal,
      emit(event) {
        if (!active) return;
        deadlines.activity();
        observer.event(event);
      },
      async ask(question) {
        const answer = await setting.policy(question);
        if (active) observer.question({ question, answer });
        return answer;
      },
      endedBy(signal) {
        endedBy = signal;
      },
    }),
  );

  const first = await Promise.race([
    run,
    stopped.promise.then((how) => ({ kind: "stopped", how }) as const),
    process.ended.then(() => ({ kind: "exited" }) as const),
  ]);
  deadlines.clear();
  try {
    if (first.kind === "stopped") return await stopTurn(first.how, setting);
    let settled = first.kind === "exited" ? null : first;
    if (settled === null && (await within(run, settleTime(setting), clock))) settled = await run;
    if (settled?.kind === "value") {
      return { kind: "done", result: settled.value, endedBy, fit: process.state === "ready" };
    }
    return await failTurn(settled?.error, setting);
  } finally {
    active = false;
    process.onOutput = null;
  }
}

type Settled<Value> = { kind: "value"; value: Value } | { kind: "error"; error: unknown };

function settle<Value>(promise: Promise<Value>): Promise<Settled<Value>> {
  return promise.then(
    (value) => ({ kind: "value", value }) as const,
    (error: unknown) => ({ kind: "error", error }) as const,
  );
}

/** A one-shot tool's answer is made after its exit; any other has answered before it, if at all. */
function settleTime(setting: { readonly oneShot: boolean }): number {
  return setting.oneShot ? SETTLE_AFTER_EXIT_MS : 0;
}

async function stopTurn<Request, Result>(
  how: TurnStop,
  setting: TurnSetting<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const { process, limits, clock } = setting;
  const { interrupt } = process.connection;
  const mayStay = how.reason === "turn-timeout" || how.reason === "turn-cancelled";
  if (mayStay && interrupt !== undefined && process.state === "ready") {
    let inStep = false;
    const interrupted = interrupt.call(process.connection).then(
      () => {
        inStep = true;
      },
      () => {},
    );
    await within(Promise.race([interrupted, process.ended]), limits.interruptTimeoutMs, clock);
    if (inStep && process.state === "ready") return { kind: "failed", error: how.error, fit: true };
  }
  await process.terminate(how.reason);
  return { kind: "failed", error: how.error, fit: false };
}

async function failTurn<Request, Result>(
  error: unknown,
  setting: TurnSetting<Request, Result>,
): Promise<TurnVerdict<Result>> {
  const { process, clock } = setting;
  if (error instanceof ToolFailure) {
    return { kind: "failed", error, fit: process.state === "ready" };
  }
  // A write that failed is often the first sign of an exit that comes a moment later.
  const unexplained = !(error instanceof PoolError);
  if (unexplained) await within(process.ended, 200, clock);
  if (unexplained && process.state === "ended") {
    const { exit } = await process.ended;
    return { kind: "failed", error: process.exitError(exit, " in a turn", error), fit: false };
  }
  await process.terminate("protocol-violation");
  return { kind: "failed", error: unexplained ? connectionFailure(error) : error, fit: false };
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
