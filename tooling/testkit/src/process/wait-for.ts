import { setTimeout as delay } from "node:timers/promises";

/** How long to wait, and for what. */
export interface WaitForOptions {
  /** @default 10000 */
  readonly timeoutMs?: number;
  /** What is waited for, for the message. @default "the condition" */
  readonly what?: string;
  /** @default 10 */
  readonly intervalMs?: number;
}

/**
 * Asks again and again until the answer is truthy, and gives that answer. A predicate that throws is
 * asked again too.
 * @throws {Error} when the deadline passes; its cause is what the predicate threw last
 */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  options: WaitForOptions = {},
): Promise<T> {
  const { timeoutMs = 10_000, what = "the condition", intervalMs = 10 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await predicate();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause });
    }
    await delay(intervalMs);
  }
}
