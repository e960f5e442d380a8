import { ToolFailure } from "../errors/turn-errors.ts";
import type { ErrorPattern } from "./definition.ts";
import { expressionOf } from "./pattern.ts";

const MESSAGE_LENGTH = 500;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** What a turn said, where failures are looked for. */
export interface Said {
  readonly answer: string;
  readonly stderr: string;
}

/**
 * Looks for a definition's error patterns, in their order.
 * @returns A function that gives the failure of an answer that shows one.
 */
export function failureFinder(
  patterns: readonly ErrorPattern[],
): (said: Said) => ToolFailure | undefined {
  const compiled = patterns.map(({ pattern, ...rest }) => ({
    ...rest,
    expression: expressionOf(pattern),
  }));
  return (said) => {
    for (const { expression, class: failureClass, in: where = "any" } of compiled) {
      const match =
        (where === "stderr" ? null : expression.exec(said.answer)) ??
        (where === "answer" ? null : expression.exec(said.stderr));
      if (match === null) continue;
      const retryAfterMs = durationOf(match.groups?.retryAfter);
      const message = (match.groups?.message ?? match[0]).trim().slice(0, MESSAGE_LENGTH);
      return new ToolFailure(failureClass, message, {
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
    return undefined;
  };
}

/** `12`, `1.5s`, `200ms`, `2m`: seconds where no unit stands. */
function durationOf(text: string | undefined): number | undefined {
  const [, number, unit = "s"] = /^\s*([\d.]+)\s*(ms|s|m|h)?/i.exec(text ?? "") ?? [];
  const value = Number(number) * (UNITS[unit.toLowerCase()] ?? 1_000);
  return number === undefined || Number.isNaN(value) ? undefined : value;
}
