import type { Readable } from "node:stream";
import { LineSplitter, ToolFailure } from "@cluster/pool";
import type { AgentProfile, ReportedError } from "../profiles/profile.ts";
import { classify } from "./classify.ts";

/** How long an agent may go on trying: gemini's second try comes after five seconds. */
const PATIENCE_MS = 8_000;
const MAX_LINE_BYTES = 1024 * 1024;

/**
 * Watches what an agent says on stderr of its requests to the model. Some try one that is refused again and
 * again, for minutes and without a word over the protocol, and wait for as long as a provider asks them to.
 * What stays refused for a while, and is not being asked at that moment, is given up.
 */
export class RefusalWatch {
  readonly #name: string;
  readonly #profile: AgentProfile;
  readonly #turns = new Set<(failure: ToolFailure) => void>();
  /** The refusals after which the model has taken nothing: when the first came, and the last one's words. */
  #row: { readonly since: number; readonly error: ReportedError } | null = null;
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
        // A line that is too long, or cannot be read, is no sign.
      }
    });
  }

  /** A turn is under way, until what is returned is called. It is told when it is to be given up. */
  turn(giveUp: (failure: ToolFailure) => void): () => void {
    if (this.#turns.size === 0) this.#calm();
    this.#turns.add(giveUp);
    return () => {
      this.#turns.delete(giveUp);
      if (this.#turns.size === 0) this.#calm();
    };
  }

  #hear(line: string): void {
    const sign = this.#profile.modelSign?.(line) ?? null;
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
    const left = Math.max(0, row.since + PATIENCE_MS - now);
    if (sign.kind === "refuses") this.#timer = setTimeout(() => this.#giveUp(row.error), left);
    else if (unheard && left === 0) this.#giveUp(row.error);
  }

  #giveUp(error: ReportedError): void {
    const { failureClass, retryAfterMs, text } = classify(error, this.#profile.failure);
    const failure = new ToolFailure(
      // It tries again what it takes to pass, and nothing else.
      failureClass === "crash" ? "overload" : failureClass,
      `${this.#name} would go on trying, and its model goes on refusing: ${text}`,
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
    const turns = [...this.#turns];
    this.#calm();
    for (const giveUp of turns) giveUp(failure);
  }

  #calm(): void {
    clearTimeout(this.#timer);
    this.#row = null;
    this.#asking = false;
  }
}
