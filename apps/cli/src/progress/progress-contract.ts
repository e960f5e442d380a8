import type { RunEvent } from "@cluster/batch";

/** Shows a run while it goes on. It knows nothing but the events. */
export interface Progress {
  onEvent(event: RunEvent): void;
  /** Prints a line that stays. */
  say(line: string): void;
  /**
   * Asks whoever sits at the terminal; the display is away meanwhile. Gives what they typed, `null` when they
   * went away or `signal` was aborted.
   */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
  /** Takes the display away; what it printed for good stays. */
  end(): void;
}

/** How progress is shown. */
export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream;
  /** `terminal`: one display that is redrawn; `lines`: a line for each task; `none`: only what is said. */
  readonly style: "terminal" | "lines" | "none";
  readonly requireChange: boolean;
  /** The folder that commands to copy must name. */
  readonly elsewhere?: string | undefined;
}
