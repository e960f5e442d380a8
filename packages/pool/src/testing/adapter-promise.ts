import type { Bench } from "./bench/bench.ts";
import type { SampleName } from "./samples.ts";

/** One thing that the contract says of every adapter. */
export interface AdapterPromise {
  /** Stable: for lists of what is required, and for reports. */
  readonly id: string;
  /** What the adapter does, as the end of a sentence that begins with its name. */
  readonly sentence: string;
  /** What its author is to look at when it is broken. */
  readonly remedy: string;
  /** The samples without which it cannot be shown. */
  readonly needs?: readonly SampleName[];
  /** Nothing else can be tried when it is broken. */
  readonly fundamental?: true;
  /**
   * Tries it, on real processes in a real pool.
   * @throws {BrokenPromise | NotTried} when it is not kept, or cannot be tried
   */
  keep<Request, Result>(bench: Bench<Request, Result>): Promise<void>;
}
