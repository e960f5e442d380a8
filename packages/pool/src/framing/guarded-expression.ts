import { createContext, Script } from "node:vm";
import { ProtocolError } from "../errors/turn-errors.ts";

/** What a match may take; all that are meant for a tool's output take less than a thousandth of it. */
const TIME_LIMIT_MS = 1_000;
/** More of it for a long text, which takes its time however harmless the expression is. */
const CHARACTERS_PER_MS = 10_000;

/** Up to there, even the square of the text is soon gone through. */
const SHORT = 16_384;

const script = new Script("work()");

interface Place {
  work: (() => unknown) | null;
}

/** Made for the first match: few tools need it. */
let place: Place | null = null;
/** Work is under way, and all of it is given up together. */
let isWithin = false;

/**
 * An expression of a tool file. Somebody wrote it for the output that he saw, and another output may make
 * it try each way to divide the text before it gives up: `^(a+)+$` would stop the whole program for
 * years. A match of such an expression, or in a long text, is given up after a second, for some 0.3 ms
 * each; all others cost nothing more.
 */
export class GuardedExpression extends RegExp {
  readonly #risky: boolean;

  constructor(source: string | RegExp, flags?: string) {
    super(source, flags);
    this.#risky = mayRunAway(this.source);
  }

  /** @throws {ProtocolError} after a second */
  override exec(text: string): RegExpExecArray | null {
    return this.#risky || text.length > SHORT ? this.#guarded(text) : super.exec(text);
  }

  /**
   * Many matches in a text as one piece of work: a guard for each of them would take longer than they do.
   * @throws {ProtocolError} after a second
   */
  together<Value>(text: string, work: () => Value): Value {
    return this.#risky || text.length > SHORT ? this.#within(text, work) : work();
  }

  #guarded(text: string): RegExpExecArray | null {
    return this.#within(text, () => super.exec(text));
  }

  #within<Value>(text: string, work: () => Value): Value {
    return withinTime(
      work,
      text.length,
      (cause) =>
        new ProtocolError(
          `The pattern ${String(this)} of the tool's file took longer than a second ` +
            `on ${text.length} characters of output. ${HOW_TO_MEND}`,
          { cause },
        ),
    );
  }
}

/** What is wrong with an expression that takes so long. */
export const HOW_TO_MEND: string =
  "Within a group that repeats, let nothing else repeat, and let its alternatives begin with different characters.";

/**
 * Does what may take for ever, and gives it up after a second.
 * @param length How many characters it goes over: many millions of them have longer.
 */
export function withinTime<Value>(
  work: () => Value,
  length: number,
  tooLate: (cause: unknown) => Error,
): Value {
  if (isWithin) return work();
  isWithin = true;
  place ??= createContext({ work: null }) as Place;
  place.work = work;
  try {
    const timeout = TIME_LIMIT_MS + Math.floor(length / CHARACTERS_PER_MS);
    return script.runInContext(place, { timeout });
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw cause;
    throw tooLate(cause);
  } finally {
    isWithin = false;
    place.work = null;
  }
}

/**
 * Whether an expression may take longer than the square of the text: a group repeats, or more than two
 * parts of it do. Says yes too often rather than too seldom.
 */
export function mayRunAway(source: string): boolean {
  // Neither an escaped character nor one in a class means anything here.
  const bare = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, "x");
  const repeats = bare.match(/(?:[*+]|\{\d+,\d*\})/g) ?? [];
  return repeats.length > 2 || /\)(?:[*+]|\{\d)/.test(bare);
}
