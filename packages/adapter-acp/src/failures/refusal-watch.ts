import type { Readable } from "node:stream";
import { LineSplitter, ToolFailure } from "@cluster/pool";
import type { AgentProfile, ModelSign, ReportedError } from "../profiles/profile.ts";
import { classify } from "./classify.ts";

/** How long an agent may go on trying: gemini's second try comes after five seconds. */
const PATIENCE_MS = 8_000;
const MAX_LINE_BYTES = 1024 * 1024;

/** A turn that is under way. */
export interface WatchedTurn {
  /** Its model has said something. */
  heard(): void;
  end(): void;
}

interface Turn {
  /** When it began, or its model said something last, in milliseconds. */
  heardAt: number;
  readonly giveUp: (failure: ToolFailure) => void;
}

interface Row {
  readonly since: number;
  readonly error: ReportedError;
}

/**
 * Watches what an agent says on stderr of its requests to the model. Some try one that is refused again and
 * again, for minutes and without a word over the protocol, and wait for as long as a provider asks them to.
 * What stays refused for a while, and is not being asked at that moment, is given up. No refusal tells whose it is:
 * a turn whose model speaks meanwhile, beside another turn or a request for something else, goes on.
 */
export class RefusalWatch {
  readonly #name: string;
  readonly #profile: AgentProfile;
  readonly #turns = new Set<Turn>();
  /** The refusals after which the model has taken nothing: when the first came, and the last one's words. */
  #row: Row | null = null;
  /** Whether a request is under way. */
  #asking = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param stderr Null where the host has none: then nothing is heard. */
  constructor(stderr: Readable | null, name: string, profile: AgentProfile) {
    this.#name = name;
    this.#profile = profile;
    if (stderr === null || profile.modelSign === undefined) return;
    const lines = new LineSplitter((line) => this.#hear(line.toString("utf8")), MAX_LINE_BYTES);
    stderr.on("data", (chunk: Buffer) => {
      try {
        lines.push(chunk);
      } catch {
        // A line that is too long is no sign.
      }
    });
  }

  /** A turn is under way, until it is ended. It is told when it is to be given up. */
  turn(giveUp: (failure: ToolFailure) => void): WatchedTurn {
    if (this.#turns.size === 0) this.#calm();
    const turn: Turn = { heardAt: performance.now(), giveUp };
    this.#turns.add(turn);
    return {
      heard: () => {
        turn.heardAt = performance.now();
      },
      end: () => {
        this.#turns.delete(turn);
        if (this.#turns.size === 0) this.#calm();
      },
    };
  }

  #hear(line: string): void {
    const sign = this.#signOf(line);
    if (sign === null || this.#turns.size === 0) return;
    clearTimeout(this.#timer);
    if (sign.kind === "answers") this.#row = null;
    const now = performance.now();
    if (sign.kind === "refuses") this.#row = { since: this.#row?.since ?? now, error: sign.error };
    // Who asks again has had no answer: of some failures, such as a cut stream, nothing is said.
    const unheard = sign.kind === "asks" && this.#asking && this.#turns.size === 1;
    this.#asking = sign.kind === "asks";
    const row = this.#row;
    if (row === null) return;
    if (sign.kind === "refuses") this.#wait(row);
    else if (unheard) this.#giveUp(row);
  }

  #signOf(line: string): ModelSign | null {
    try {
      return this.#profile.modelSign?.(line) ?? null;
    } catch {
      // Nor is one that cannot be read.
      return null;
    }
  }

  /** Until the first turn has been silent for long enough. */
  #wait(row: Row): void {
    const first = Math.min(...[...this.#turns].map((turn) => patientUntil(turn, row)));
    const left = Math.max(0, first - performance.now());
    this.#timer = setTimeout(() => {
      if (!this.#giveUp(row)) this.#wait(row);
    }, left);
  }

  /** Those that have been silent for long enough; `false`: none was. */
  #giveUp(row: Row): boolean {
    const now = performance.now();
    const silent = [...this.#turns].filter((turn) => patientUntil(turn, row) <= now);
    if (silent.length === 0) return false;
    const { failureClass, retryAfterMs, text } = classify(row.error, this.#profile.failure);
    const failure = new ToolFailure(
      // It tries again what it takes to pass, and nothing else.
      failureClass === "crash" ? "overload" : failureClass,
      `${this.#name} would go on trying, and its model goes on refusing: ${text}`,
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
    this.#calm();
    for (const { giveUp } of silent) giveUp(failure);
    return true;
  }

  #calm(): void {
    clearTimeout(this.#timer);
    this.#row = null;
    this.#asking = false;
  }
}

function patientUntil({ heardAt }: Turn, { since }: Row): number {
  return Math.max(since, heardAt) + PATIENCE_MS;
}
