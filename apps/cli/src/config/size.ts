/** What {@link sizeBytes} takes, for messages. */
export const SIZE_FORM = "a size such as 500MB, 10GB or 2GiB";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1_000,
  M: 1_000 ** 2,
  G: 1_000 ** 3,
  T: 1_000 ** 4,
  KI: 1_024,
  MI: 1_024 ** 2,
  GI: 1_024 ** 3,
  TI: 1_024 ** 4,
};

/** A size in bytes; `undefined` when the text is none. */
export function sizeBytes(text: string | number): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMGT]I?)?B?$/i.exec(String(text).trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN));
  return bytes > 0 ? bytes : undefined;
}
