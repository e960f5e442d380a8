import { formatCost, formatTime, plural, type Range, type RunEstimate } from "@cluster/batch";
import type { EarlierRuns } from "./earlier-samples.ts";

/** More earlier runs than these are counted. */
const NAMED = 3;

/** What is said of an estimate beside its figures. */
export interface EstimateWords {
  readonly workers: number;
  /** What is estimated, where that needs to be said: `for the other 17 tasks`. */
  readonly of?: string;
  /** Where the measured tasks come from. @default they are of this run */
  readonly earlier?: EarlierRuns | null;
}

/** An estimate for people, with what it is based on. Pure. */
export function estimateLines(estimate: RunEstimate, words: EstimateWords): string[] {
  const { basis, inputTokens, outputTokens, costUsd, timeMs, assumptions } = estimate;
  const { workers, of, earlier = null } = words;
  return [
    `Estimate ${of === undefined ? "" : `${of}, `}${basisOf(basis, earlier)}; nothing is promised:`,
    `  tokens: ${between(inputTokens, formatTokens)} in, ${between(outputTokens, formatTokens)} out`,
    `  cost:   ${costUsd === null ? "unknown; say what the model costs: --price IN,OUT" : costBetween(costUsd)}`,
    `  time:   ${between(timeMs, formatTime)} with ${plural(workers, "worker")}`,
    ...assumptions.map((sentence) => `  - ${sentence}`),
  ];
}

function basisOf(
  { samples, tokens, cost, time }: RunEstimate["basis"],
  earlier: EarlierRuns | null,
): string {
  if (samples === 0) return "from the sizes of files";
  const measured =
    earlier === null
      ? `${plural(samples, "task")} that ended`
      : `${plural(samples, "task")} of ${earlierRuns(earlier)}`;
  const blind = [
    ...(tokens === "sizes" ? ["tokens"] : []),
    // A price for tokens that were measured is no guess.
    ...(cost === "price" && tokens === "sizes" ? ["cost"] : []),
    ...(time === "sizes" ? ["time"] : []),
  ];
  const rest = blind.length === 0 ? "" : `, ${blind.join(" and ")} from the sizes of files`;
  return `from ${measured}${rest}`;
}

function earlierRuns({ runs, sameMessage }: EarlierRuns): string {
  const named = runs.slice(0, NAMED).join(", ");
  const more = runs.length > NAMED ? ` and ${runs.length - NAMED} more` : "";
  const what = sameMessage ? "with the same message" : "with another message";
  return `${runs.length === 1 ? "run" : "runs"} ${named}${more} ${what}`;
}

function between({ low, high }: Range, format: (value: number) => string): string {
  const [least, most] = [format(low), format(high)];
  return least === most ? least : `${least} to ${most}`;
}

/** Both ends with as many digits as the lower one needs. */
function costBetween({ low, high }: Range): string {
  const isSmall = low > 0 && low < 0.01 && high < 0.1;
  return between({ low, high }, isSmall ? (usd) => `$${usd.toFixed(4)}` : formatCost);
}

/** `840`, `8.3k`, `253k`, `1.2M`. */
function formatTokens(tokens: number): string {
  if (tokens < 1_000) return String(Math.round(tokens));
  const [value, unit] = tokens < 1e6 ? [tokens / 1e3, "k"] : [tokens / 1e6, "M"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}
