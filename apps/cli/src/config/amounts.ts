/** What {@link usdOf} takes, for messages. */
export const USD_FORM = "US dollars, such as 5 or 0.50, or none";

/** What {@link countOf} takes, for messages. */
export const COUNT_FORM = "a number, such as 200000, 200k or 1.5M, or none";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1_000, m: 1_000_000, g: 1e9 };

/** An amount of money above 0; `null` for none, `undefined` when the text is no amount. */
export function usdOf(text: string | number): number | null | undefined {
  if (text === "none") return null;
  const [, digits] = /^\$?(\d+(?:\.\d+)?)$/.exec(String(text).trim()) ?? [];
  const usd = Number(digits ?? Number.NaN);
  return usd > 0 ? usd : undefined;
}

/** A whole number above 0; `null` for none, `undefined` when the text is none. */
export function countOf(text: string | number): number | null | undefined {
  if (text === "none") return null;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(String(text).trim()) ?? [];
  const count = Math.floor(Number(digits ?? Number.NaN) * (UNITS[unit.toLowerCase()] ?? 1));
  return count > 0 ? count : undefined;
}
