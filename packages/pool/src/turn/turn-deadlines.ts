import { TurnAbortedError } from "../errors/turn-errors.ts";
import type { Clock } from "../pool/clock.ts";
import type { TurnStop } from "./turn-stop.ts";

/** The two deadlines of a turn: its whole length, and silence within it. */
export class TurnDeadlines {
  readonly #clock: Clock;
  readonly #stop: (how: TurnStop) => void;
  #lastActivity: number;
  #cancelTurn: () => void = () => {};
  #cancelIdle: () => void = () => {};

  constructor(
    limits: { readonly turnTimeoutMs: number; readonly idleTimeoutMs: number },
    clock: Clock,
    stop: (how: TurnStop) => void,
  ) {
    this.#clock = clock;
    this.#stop = stop;
    this.#lastActivity = clock.elapsed();
    const { turnTimeoutMs, idleTimeoutMs } = limits;
    if (Number.isFinite(turnTimeoutMs)) {
      this.#cancelTurn = clock.after(turnTimeoutMs, () =>
        this.#expire("TURN_TIMEOUT", `The turn took longer than ${turnTimeoutMs} ms.`),
      );
    }
    if (Number.isFinite(idleTimeoutMs)) this.#watchSilence(idleTimeoutMs, idleTimeoutMs);
  }

  /** The tool has given a sign of life. */
  activity(): void {
    this.#lastActivity = this.#clock.elapsed();
  }

  clear(): void {
    this.#cancelTurn();
    this.#cancelIdle();
  }

  /** One timer that looks again costs less than a new one for each chunk of output. */
  #watchSilence(idleTimeoutMs: number, wait: number): void {
    this.#cancelIdle = this.#clock.after(wait, () => {
      const left = idleTimeoutMs - (this.#clock.elapsed() - this.#lastActivity);
      if (left > 0) this.#watchSilence(idleTimeoutMs, left);
      else {
        this.#expire("TURN_IDLE_TIMEOUT", `The tool was silent for ${idleTimeoutMs} ms in a turn.`);
      }
    });
  }

  #expire(code: "TURN_TIMEOUT" | "TURN_IDLE_TIMEOUT", message: string): void {
    this.clear();
    this.#stop({ error: new TurnAbortedError(code, message), reason: "turn-timeout" });
  }
}
