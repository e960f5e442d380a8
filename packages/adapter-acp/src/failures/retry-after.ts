/** Milliseconds of the units of time, by how providers write them. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|msecs?|millis(econds?)?|milliseconds?)$/i, 1],
  [/^(s|secs?|seconds?)?$/i, 1_000],
  [/^(m|mins?|minutes?)$/i, 60_000],
  [/^(h|hrs?|hours?)$/i, 3_600_000],
  [/^(d|days?)$/i, 86_400_000],
  [/^(w|weeks?)$/i, 604_800_000],
];

/** Where a provider says how long to wait. */
const PHRASES: readonly RegExp[] = [
  /"?retry[-_ ]?after[-_ ](?<unit>ms)"?\s*[:=]?\s*"?/i,
  /"?retry[-_ ]?after"?\s*[:=]?\s*"?/i,
  /"?retryDelay"?\s*[:=]\s*"?/i,
  /(?:try again|retry|reset)\w* (?:in|after) /i,
];

/** Several may follow one another: "1m30s", "4 days 20 hours and 9 minutes". */
const AMOUNT = /^(?:,? and |[\s,]+)?(\d+(?:\.\d+)?)\s*([a-z]*)/i;

/** How long a provider asks to wait, in milliseconds; undefined where it does not say. Seconds without a unit. */
export function retryAfterOf(text: string): number | undefined {
  for (const phrase of PHRASES) {
    const found = phrase.exec(text);
    if (found === null) continue;
    const wait = durationOf(text.slice(found.index + found[0].length), found.groups?.unit);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** The amounts at the beginning of a text, together; a unit stands only where it begins. */
function durationOf(text: string, unitless = ""): number | undefined {
  let rest = text;
  let sum: number | undefined;
  for (;;) {
    const [whole, amount, unit] = AMOUNT.exec(rest) ?? [];
    if (whole === undefined) return sum;
    const ms = UNITS.find(([names]) => names.test(unit || unitless))?.[1];
    // "5 requests": the first number is in seconds whatever follows, any other is about something else.
    if (ms === undefined) return sum ?? Math.round(Number(amount) * 1_000);
    if (sum !== undefined && unit === "") return sum;
    sum = Math.round((sum ?? 0) + Number(amount) * ms);
    rest = rest.slice(whole.length);
    if (unit === "") return sum;
  }
}
