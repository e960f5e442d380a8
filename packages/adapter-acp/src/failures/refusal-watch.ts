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
  /** When the first refusal came after which the model has taken nothing, in milliseconds. */
  #since: number | null = null;
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
    if (sign.kind === "answers") this.#since = null;
    if (sign.kind !== "refuses") return;
    const now = performance.now();
    this.#since ??= now;
    const left = Math.max(0, this.#since + PATIENCE_MS - now);
    this.#timer = setTimeout(() => this.#giveUp(sign.error), left);
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
    this.#since = null;
  }
}
