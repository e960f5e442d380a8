import { Transform } from "node:stream";

/** Lets a stream pause once, in the middle of the next chunk. */
export class Pause {
  #ms: number | null = null;
  #isOver = false;

  /** Whether a pause that was asked for has been. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next chunk comes in two halves, with so many milliseconds between them. */
  next(ms: number): void {
    this.#ms = ms;
    this.#isOver = false;
  }

  /** A stream that pauses. */
  stream(): Transform {
    const take = (): number | null => this.#take();
    const over = (): void => {
      this.#isOver = true;
    };
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const ms = chunk.length < 2 ? null : take();
        if (ms === null) {
          done(null, chunk);
          return;
        }
        const half = chunk.length >> 1;
        this.push(chunk.subarray(0, half));
        setTimeout(() => {
          over();
          done(null, chunk.subarray(half));
        }, ms);
      },
    });
  }

  #take(): number | null {
    const ms = this.#ms;
    this.#ms = null;
    return ms;
  }
}
