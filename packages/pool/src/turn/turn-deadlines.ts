import type { Overdue } from "../contract/tool-connection.ts";
import { TurnAbortedError } from "../errors/turn-errors.ts";
import type { Clock } from "../pool/clock.ts";
import type { TurnStopper } from "./turn-stop.ts";

/** What a turn is measured by, and who may know why it takes so long. */
export interface TurnWitness {
  readonly clock: Clock;
  readonly hint: (of: Exclude<Overdue, "start">) => string | null;
}

/** The two deadlines of a turn: its whole length, and silence within it. */
export class TurnDeadlines {
  readonly #clock: Clock;
  readonly #hint: TurnWitness["hint"];
  readonly #stopper: TurnStopper;
  readonly #watchesSilence: boolean;
  #lastActivity = 0;
  #questions = 0;
  #cancelTurn: (() => void) | null = null;
  #cancelIdle: (() => void) | null = null;

  constructor(
    limits: { readonly turnTimeoutMs: number; readonly idleTimeoutMs: number },
    { clock, hint }: TurnWitness,
    stopper: TurnStopper,
  ) {
    this.#clock = clock;
    this.#hint = hint;
    this.#stopper = stopper;
    const { turnTimeoutMs, idleTimeoutMs } = limits;
    this.#watchesSilence = Number.isFinite(idleTimeoutMs);
    if (Number.isFinite(turnTimeoutMs)) {
      this.#cancelTurn = clock.after(turnTimeoutMs, () =>
        this.#expire("turn", `The turn took longer than ${turnTimeoutMs} ms.`),
      );
    }
    if (this.#watchesSilence) {
      this.activity();
      this.#watchSilence(idleTimeoutMs, idleTimeoutMs);
    }
  }

  /** The tool has given a sign of life. */
  activity(): void {
    if (this.#watchesSilence) this.#lastActivity = this.#clock.elapsed();
  }

  /** The tool waits for an answer: its silence is not its fault until the answer is there. */
  question(): void {
    this.#questions += 1;
  }

  answered(): void {
    this.#questions -= 1;
    this.activity();
  }

  clear(): void {
    this.#cancelTurn?.();
    this.#cancelIdle?.();
  }

  /** One timer that looks again costs less than a new one for each chunk of output. */
  #watchSilence(idleTimeoutMs: number, wait: number): void {
    this.#cancelIdle = this.#clock.after(wait, () => {
      if (this.#questions > 0) this.activity();
      const left = idleTimeoutMs - (this.#clock.elapsed() - this.#lastActivity);
      if (left > 0) this.#watchSilence(idleTimeoutMs, left);
      else {
        this.#expire("silence", `The tool was silent for ${idleTimeoutMs} ms in a turn.`);
      }
    });
  }

  #expire(what: "turn" | "silence", message: string): void {
    this.clear();
    const code = what === "turn" ? "TURN_TIMEOUT" : "TURN_IDLE_TIMEOUT";
    const hint = this.#hint(what);
    const known = hint === null ? message : `${message} ${hint}`;
    this.#stopper.stop({ error: new TurnAbortedError(code, known), reason: "turn-timeout" });
  }
}
