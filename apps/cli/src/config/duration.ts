const UNITS: Readonly<Record<string, number>> = {
  "": 1_000,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** What {@link durationMs} takes, for messages. */
export const DURATION_FORM = "a time such as 90s, 5m, 1h30m, or a plain number of seconds";

/**
 * Milliseconds of a duration: `90s`, `5m`, `1h30m`, `250ms`; a plain number is seconds.
 * `undefined` when it is none, or is not longer than nothing.
 */
export function durationMs(value: string | number): number | undefined {
  const text = String(value).trim().toLowerCase();
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$|^\d+(\.\d+)?$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  const rounded = Math.round(total);
  return rounded > 0 && Number.isSafeInteger(rounded) ? rounded : undefined;
}
