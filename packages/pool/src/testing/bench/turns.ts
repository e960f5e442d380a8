import { ToolFailure } from "../../errors/turn-errors.ts";
import type { TurnOptions } from "../../pool/options.ts";
import type { Turn } from "../../turn/turn.ts";
import type { Exchange } from "../samples.ts";
import { BrokenPromise, broken, describeError } from "../verdict.ts";
import type { Bench, Trial } from "./bench.ts";

/** Whatever takes turns: a pool, a lease. */
export interface Runner<Request, Result> {
  run(request: Request, options?: TurnOptions): PromiseLike<Result>;
}

/** A request that works is answered, and its answer is right. */
export async function answered<Request, Result>(
  runner: Runner<Request, Result>,
  exchange: Exchange<Request, Result>,
  what = "a request that works",
): Promise<Result> {
  let result: Result;
  try {
    result = await runner.run(exchange.request);
  } catch (error) {
    const refused =
      error instanceof ToolFailure ? ". If the tool is right to refuse it, mend the sample" : "";
    broken(`Expected an answer to ${what}, found ${describeError(error)}${refused}`, error);
  }
  await isRight(exchange, result, what);
  return result;
}

/** A result passes its check. */
export async function isRight<Result>(
  { check }: { readonly check: Exchange<never, Result>["check"] },
  result: Result,
  what: string,
): Promise<void> {
  let verdict: unknown;
  try {
    verdict = await check(result);
  } catch (error) {
    broken(`The answer to ${what} is not right: ${describeError(error)}`, error);
  }
  if (verdict === false) broken(`The answer to ${what} is not right: ${shown(result)}`);
  if (typeof verdict === "string") broken(`The answer to ${what} is not right: ${verdict}`);
}

/** Ordinary requests are answered as if nothing had been before. */
export async function serves<Request, Result>(
  bench: Bench<Request, Result>,
  runner: Runner<Request, Result>,
  what: string,
): Promise<void> {
  // Two: what is late may miss the first one.
  for (const which of ["the first", "the second"]) {
    await answered(runner, await bench.nextExchange(), `${which} request ${what}`);
  }
}

/** The error a turn rejects with, within a deadline. */
export async function failureOf<Result>(turn: PromiseLike<Result>, what: string): Promise<Error> {
  let result: Result;
  try {
    result = await turn;
  } catch (error) {
    if (error instanceof BrokenPromise) throw error;
    return error as ToolFailure;
  }
  broken(`Expected ${what} to fail, found an answer: ${shown(result)}`);
}

/** Resolves when the tool is at work on a turn: it has said something, or has had the time to. */
export async function underWay<Request, Result>(
  bench: Bench<Request, Result>,
  { watched }: Trial<Request, Result>,
  turn: Turn<Result>,
): Promise<void> {
  await turn.assigned;
  const before = watched.said;
  const deadline = performance.now() + 4 * bench.options.settleMs;
  while (watched.said === before && performance.now() < deadline) await soon();
}

export function soon(ms = 5): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A value in a message. */
export function shown(value: unknown): string {
  const text =
    typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? "nothing");
  return text.length > 300 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
