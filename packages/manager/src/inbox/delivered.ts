/** A finished turn as a reader gets it. `turn` is the id of the turn that `send` returned. */
export type Delivered<Result> =
  | {
      readonly outcome: "done";
      readonly instance: number;
      readonly turn: number;
      readonly result: Result;
    }
  | {
      readonly outcome: "failed";
      /** null when it failed before an instance was chosen. */
      readonly instance: number | null;
      readonly turn: number;
      /** What the turn rejected with. */
      readonly error: unknown;
    };

/** How long a reader waits. */
export interface ReadOptions {
  /** @default Infinity */
  readonly timeoutMs?: number;
  /** Gives the reading up. */
  readonly signal?: AbortSignal;
}
