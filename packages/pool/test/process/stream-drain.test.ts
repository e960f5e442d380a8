import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/index.ts";
import { drainAfterExit } from "../../src/process/stream-drain.ts";

/** Time that passes only when it is told to. */
class TestClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { callback } of due) callback();
  }
}

async function isOver(promise: Promise<void>): Promise<boolean> {
  let over = false;
  void promise.then(() => {
    over = true;
  });
  await new Promise(setImmediate);
  return over;
}

describe("drainAfterExit", () => {
  test("ends with the stream", async () => {
    const stream = new PassThrough().resume();
    const drained = drainAfterExit(stream, new TestClock());
    stream.end("last words");
    await drained;
    expect(stream.destroyed).toBe(true);
  });

  test("ends with silence: a grandchild may hold the stream open for ever", async () => {
    const clock = new TestClock();
    const stream = new PassThrough().resume();
    const drained = drainAfterExit(stream, clock);
    clock.pass(90);
    stream.write("more");
    await new Promise(setImmediate);
    clock.pass(90);
    expect(await isOver(drained)).toBe(false);
    clock.pass(10);
    expect(await isOver(drained)).toBe(true);
    expect(stream.destroyed).toBe(true);
  });

  test("takes no pause for silence", async () => {
    const clock = new TestClock();
    const stream = new PassThrough().resume();
    const drained = drainAfterExit(stream, clock);
    stream.pause();
    for (let n = 0; n < 5; n += 1) clock.pass(100);
    expect(await isOver(drained)).toBe(false);
    stream.resume();
    clock.pass(100);
    expect(await isOver(drained)).toBe(true);
  });

  test("waits for no stream that never stops, nor for one that nobody resumes", async () => {
    for (const paused of [false, true]) {
      const clock = new TestClock();
      const stream = new PassThrough().resume();
      const drained = drainAfterExit(stream, clock);
      if (paused) stream.pause();
      for (let n = 0; n < 30; n += 1) {
        clock.pass(90);
        if (!stream.destroyed) stream.write("flood");
        await new Promise(setImmediate);
      }
      expect(await isOver(drained)).toBe(true);
    }
  });

  test("has nothing to do for a stream that is over, or is none", async () => {
    await drainAfterExit(null, new TestClock());
    const stream = new PassThrough();
    stream.destroy();
    await drainAfterExit(stream, new TestClock());
  });
});
