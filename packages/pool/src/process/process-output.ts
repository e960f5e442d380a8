import type { ToolProcess } from "../contract/process-host.ts";
import { Tail } from "../framing/tail.ts";
import type { LastWords } from "./end-note.ts";

const TAIL_BYTES = 8 * 1024;

/** Follows the output of one phase (the start, a turn, a reset), and bounds it. */
export interface OutputWatch {
  readonly limit: number;
  onOutput?(bytes: number): void;
  /** More than `limit` bytes came. Its output is not read any more. */
  onLimit(): void;
  /** The process has ended. */
  onEnd?(): void;
}

/** What a process prints, beside its connection: counted while somebody watches, the end of it kept. */
export class ProcessOutput {
  readonly #process: ToolProcess;
  readonly #isReady: () => boolean;
  readonly #stderr = new Tail(TAIL_BYTES);
  /** Stdout outside of turns. */
  readonly #stray = new Tail(TAIL_BYTES);
  #watch: OutputWatch | null = null;
  #watched = 0;

  constructor(process: ToolProcess, isReady: () => boolean) {
    this.#process = process;
    this.#isReady = isReady;
    process.stdout.on("data", (chunk: Buffer) => this.#observe(chunk, this.#stray));
    process.stderr?.on("data", (chunk: Buffer) => this.#observe(chunk, this.#stderr));
  }

  get watched(): boolean {
    return this.#watch !== null;
  }

  /** Follows the output until {@link unwatch}. */
  watch(watch: OutputWatch): void {
    // What it said before would only mislead in an error of this phase.
    this.#stderr.clear();
    this.#stray.clear();
    this.#watched = 0;
    this.#watch = watch;
  }

  unwatch(watch: OutputWatch): void {
    if (this.#watch === watch) this.#watch = null;
  }

  /** The process has ended. */
  end(): void {
    this.#watch?.onEnd?.();
  }

  lastWords(redact: (text: string) => string): LastWords {
    return { stderr: redact(this.#stderr.toString()), stdout: redact(this.#stray.toString()) };
  }

  #observe(chunk: Buffer, tail: Tail): void {
    const watch = this.#watch;
    const stray = watch === null || !this.#isReady();
    // On a terminal it has no other place for its last words.
    if (tail === this.#stderr || stray || this.#process.stderr === null) tail.push(chunk);
    if (watch === null) return;
    this.#watched += chunk.length;
    watch.onOutput?.(chunk.length);
    if (this.#watched <= watch.limit) return;
    // Nothing holds what nobody will read: it may print until it is gone.
    this.#process.stdout.destroy();
    this.#process.stderr?.destroy();
    watch.onLimit();
  }
}
