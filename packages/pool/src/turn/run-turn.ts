import { toError } from "../errors/pool-error.ts";
import { TurnAbortedError } from "../errors/turn-errors.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import type { OutputWatch } from "../process/process-output.ts";
import { within } from "../process/termination.ts";
import { TurnDeadlines } from "./turn-deadlines.ts";
import { type Flood, failTurn, type Speaker, stopTurn, wasEnded } from "./turn-failure.ts";
import { TurnScope } from "./turn-scope.ts";
import type { Quitter } from "./turn-stop.ts";
import { failed, type TurnEnd, type TurnTerms, type TurnVerdict } from "./turn-terms.ts";

/** How long a connection may take to settle once its process has ended and its output is read. */
const SETTLE_AFTER_EXIT_MS = 50;
/** The result of a one-shot tool is made after its exit. */
const SETTLE_ONE_SHOT_MS = 5_000;

/**
 * Runs one turn. It ends only when nothing of the turn can happen any more: a stopped turn has
 * brought its protocol in step again, or its process is gone.
 *
 * @param speaker Who takes it: the process's connection, or one of its sessions.
 * @param end Told once. Not by a promise: each takes part of a microsecond of a turn of some twenty.
 */
export function runTurn<Request, Result>(
  request: Request,
  process: ManagedProcess<Request, Result>,
  terms: TurnTerms,
  end: TurnEnd<Result>,
  speaker: Speaker<Request, Result> = process.connection,
): void {
  const { how } = terms.stopper;
  // Given up before a byte was sent: its process knows nothing of it.
  if (how !== null) end.ended(failed(how.error, process.state === "ready"));
  else new RunningTurn(process, speaker, terms, end).run(request);
}

/**
 * A turn under way. Its three possible ends (the connection settles, the process ends, somebody gives
 * it up) come in through callbacks, and an ordinary answer goes straight on: most turns are short.
 */
class RunningTurn<Request, Result> implements OutputWatch, Quitter {
  readonly limit: number;
  readonly #flood: Flood = { reached: false, told: null };
  readonly #process: ManagedProcess<Request, Result>;
  readonly #speaker: Speaker<Request, Result>;
  readonly #terms: TurnTerms;
  readonly #end: TurnEnd<Result>;
  readonly #deadlines: TurnDeadlines;
  readonly #scope: TurnScope;
  #answer: { readonly value: Result } | null = null;
  #failure: { readonly error: unknown } | null = null;
  #ending = false;
  #wake: (() => void) | null = null;

  constructor(
    process: ManagedProcess<Request, Result>,
    speaker: Speaker<Request, Result>,
    terms: TurnTerms,
    end: TurnEnd<Result>,
  ) {
    this.#process = process;
    this.#speaker = speaker;
    this.#terms = terms;
    this.#end = end;
    this.limit = terms.limits.maxTurnBytes;
    this.#deadlines = new TurnDeadlines(
      terms.limits,
      { clock: process.clock, hint: (of) => process.hint(of) },
      terms.stopper,
    );
    this.#scope = new TurnScope(terms, this.#deadlines, process.oneShot);
  }

  run(request: Request): void {
    this.#process.watch(this);
    this.#terms.stopper.quitter = this;
    let answer: Promise<Result>;
    try {
      answer = this.#speaker.run(request, this.#scope);
    } catch (error) {
      // A connection that throws at once is one that rejects.
      answer = Promise.reject(error);
    }
    answer.then(
      (value) => this.#answered(value),
      (error: unknown) => this.#failed(error),
    );
  }

  onOutput(): void {
    this.#deadlines.activity();
  }

  onLimit(): void {
    this.#flood.reached = true;
    this.#flood.told?.();
    this.#terms.stopper.stop({ error: outputLimit(this.limit), reason: "turn-output-limit" });
  }

  onEnd(): void {
    this.#change();
  }

  givenUp(): void {
    this.#change();
  }

  #answered(value: Result): void {
    // What a connection makes of being given up is no answer, nor what a tool says on its way out.
    if (wasEnded(this.#process)) this.#failed(undefined);
    else {
      if (this.#terms.stopper.how === null) this.#answer = { value };
      this.#change();
    }
  }

  #failed(error: unknown): void {
    if (this.#terms.stopper.how === null) this.#failure = { error };
    this.#change();
  }

  /** Something came that may be the end. */
  #change(): void {
    if (this.#ending) {
      this.#wake?.();
      return;
    }
    this.#ending = true;
    this.#deadlines.clear();
    if (this.#answer !== null) {
      const verdict = this.#done(this.#answer.value);
      this.#close();
      this.#end.ended(verdict);
      return;
    }
    this.#conclude().then(
      (verdict) => this.#end.ended(verdict),
      (thrown: unknown) => {
        this.#end.ended(failed(this.#terms.stopper.how?.error ?? toError(thrown), false));
      },
    );
  }

  async #conclude(): Promise<TurnVerdict<Result>> {
    const { stopper, limits } = this.#terms;
    const process = this.#process;
    try {
      // Whoever listens to the signal hears of it before the tool is interrupted.
      await null;
      if (this.#settled === null && stopper.how === null) {
        // The process has ended, and its connection may still make something of its last words.
        const settled = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        const patience = process.oneShot ? SETTLE_ONE_SHOT_MS : SETTLE_AFTER_EXIT_MS;
        await within(settled, patience, process.clock);
      }
      if (stopper.how !== null && this.#settled === null) {
        const { interruptTimeoutMs } = limits;
        return await stopTurn(stopper.how, process, this.#speaker, this.#flood, interruptTimeoutMs);
      }
      if (this.#answer !== null) return this.#done(this.#answer.value);
      return await failTurn(this.#failure?.error, process);
    } finally {
      this.#close();
    }
  }

  /** What the connection made of the turn; null while it has not settled, and once it was given up. */
  get #settled(): object | null {
    return this.#answer ?? this.#failure;
  }

  #done(result: Result): TurnVerdict<Result> {
    const fit = this.#process.state === "ready";
    return { kind: "done", result, endedBy: this.#scope.end, fit };
  }

  #close(): void {
    this.#scope.close();
    this.#process.unwatch(this);
    this.#terms.stopper.quitter = null;
  }
}

function outputLimit(limit: number): TurnAbortedError {
  return new TurnAbortedError(
    "TURN_OUTPUT_LIMIT",
    `The tool printed more than ${limit} bytes in one turn. ` +
      "Its process was replaced. If so much output is right, raise maxTurnBytes.",
  );
}
