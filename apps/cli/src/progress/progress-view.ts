/** What one worker is doing, for the display. */
export interface WorkerView {
  /** Its row, counted from 0: which instance works there changes where instances get ready ahead. */
  readonly number: number;
  /** `starting`, `free`, `turn`, `verify`, … */
  readonly doing: string;
  /** Where there are several. */
  readonly tool?: string;
  readonly file: string | null;
  /** How long it has been doing this. */
  readonly sinceMs: number | null;
}

/** What the display shows of a run at one moment: plain data, so that drawing it is pure. */
export interface ProgressView {
  readonly total: number;
  readonly ended: number;
  readonly landed: number;
  readonly noChange: number;
  readonly failed: number;
  readonly perSecond: number | null;
  readonly leftMs: number | null;
  /** US dollars so far, or `null` before anything is known. */
  readonly costUsd: number | null;
  /** Some task did not tell its cost, so the true one is higher. */
  readonly costIncomplete: boolean;
  /** What is special about now: `letting 3 turns end`, `paused for 20s: rate limit`. */
  readonly note: string | null;
  readonly workers: readonly WorkerView[];
}
