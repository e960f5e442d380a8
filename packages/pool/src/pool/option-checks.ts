import { inspect } from "node:util";
import { closestMatch } from "leven";
import { PoolError } from "../errors/pool-error.ts";
import { type LeaseOptions, RELEASE_MODES, type RunOptions } from "./options.ts";

export const MILLISECONDS = "expected milliseconds, a number of at least 0 or Infinity";

/** Whether it is a time; NaN is not. */
export function isMilliseconds(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

/** "number -3", for the end of a message. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return `${typeof value} ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`;
}

export function invalidOption(name: string, expected: string, value: unknown): PoolError {
  return new PoolError("OPTION_INVALID", `${name}: ${expected}, found ${found(value)}.`);
}

/** Says of an option that does not exist which one was meant. */
export function noSuchOption(name: string, known: readonly string[]): string {
  const word = name.slice(name.lastIndexOf(".") + 1);
  const meant = closestMatch(word, known, { maxDistance: Math.ceil(word.length / 3) });
  return `${name}: there is no such option${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
}

/** What is wrong with the names of options; null when all are known. Quick: it is asked before each turn. */
function checkNames(options: object, known: Readonly<Record<string, true>>): string | null {
  for (const name in options) {
    if (!Object.hasOwn(known, name)) return noSuchOption(name, Object.keys(known));
  }
  return null;
}

/**
 * Refuses options that do not exist: a deadline that is misspelt would never come.
 * @throws {PoolError} OPTION_INVALID
 */
export function refuseUnknown(
  where: string,
  options: object,
  known: Readonly<Record<string, true>>,
): void {
  const problem = checkNames(options, known);
  if (problem !== null) throw new PoolError("OPTION_INVALID", `${where}: ${problem}.`);
}

const RUN_OPTIONS: Readonly<Record<keyof RunOptions, true>> = {
  instance: true,
  whenGone: true,
  key: true,
  avoid: true,
  priority: true,
  fairnessKey: true,
  signal: true,
  turnTimeoutMs: true,
  idleTimeoutMs: true,
  onQuestion: true,
  release: true,
};

/** What is wrong with the options of one request or lease; null when all is well. */
export function checkRunOptions(options: RunOptions): PoolError | null {
  const unknown = checkNames(options, RUN_OPTIONS);
  if (unknown !== null) return new PoolError("OPTION_INVALID", `${unknown}.`);
  const { turnTimeoutMs, idleTimeoutMs, release, onQuestion, signal } = options;
  if (turnTimeoutMs !== undefined && !isMilliseconds(turnTimeoutMs)) {
    return invalidOption("turnTimeoutMs", MILLISECONDS, turnTimeoutMs);
  }
  if (idleTimeoutMs !== undefined && !isMilliseconds(idleTimeoutMs)) {
    return invalidOption("idleTimeoutMs", MILLISECONDS, idleTimeoutMs);
  }
  if (release !== undefined && !RELEASE_MODES.includes(release)) {
    return invalidOption("release", `expected one of ${RELEASE_MODES.join(", ")}`, release);
  }
  if (onQuestion !== undefined && typeof onQuestion !== "function") {
    return invalidOption("onQuestion", "expected a function", onQuestion);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    return invalidOption("signal", "expected an AbortSignal", signal);
  }
  return checkQueueOptions(options);
}

function checkQueueOptions(options: LeaseOptions): PoolError | null {
  const { key, avoid, priority, fairnessKey, whenGone } = options;
  if (key !== undefined && typeof key !== "string") {
    return invalidOption("key", "expected a string", key);
  }
  if (avoid !== undefined && !Array.isArray(avoid)) {
    return invalidOption("avoid", "expected an array of instance numbers", avoid);
  }
  if (priority !== undefined && !Number.isFinite(priority)) {
    return invalidOption("priority", "expected a finite number", priority);
  }
  if (fairnessKey !== undefined && typeof fairnessKey !== "string") {
    return invalidOption("fairnessKey", "expected a string", fairnessKey);
  }
  if (whenGone !== undefined && whenGone !== "reject" && whenGone !== "any") {
    return invalidOption("whenGone", 'expected "reject" or "any"', whenGone);
  }
  return null;
}
