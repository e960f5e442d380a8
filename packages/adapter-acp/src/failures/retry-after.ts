const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const PHRASES: readonly RegExp[] = [
  /"?retry[-_ ]?after"?\s*[:=]?\s*"?(\d+(?:\.\d+)?)\s*(ms|s|m|h)?/i,
  /"?retryDelay"?\s*[:=]\s*"?(\d+(?:\.\d+)?)\s*(ms|s|m|h)?/i,
  /(?:try again|retry|reset)\w* (?:in|after) (\d+(?:\.\d+)?)\s*(ms|s|m|h)?/i,
];

/** How long a provider asks to wait, in milliseconds; undefined where it does not say. Seconds without a unit. */
export function retryAfterOf(text: string): number | undefined {
  for (const phrase of PHRASES) {
    const [, amount, unit] = phrase.exec(text) ?? [];
    if (amount === undefined) continue;
    return Math.round(Number(amount) * (UNITS[unit?.toLowerCase() ?? "s"] ?? 1_000));
  }
  return undefined;
}
