import type { Spending } from "../contract/evidence.ts";

/** A time for people: `1.2s`, `42s`, `3m 05s`, `1h 02m`. */
export function formatTime(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const pad = (part: number): string => String(part).padStart(2, "0");
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
}

/** A rate for people: `2.4/s`, or `3.1/min` where that is easier to read. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  return `${(perSecond * 60).toFixed(1)}/min`;
}

/** US dollars for people; small amounts keep their digits. */
export function formatCost(usd: number | "unknown"): string {
  if (usd === "unknown") return "unknown";
  if (usd !== 0 && usd < 0.01) return `$${usd.toFixed(4)}`;
  return `$${usd.toFixed(2)}`;
}

/** A count with its noun. */
export function plural(count: number, noun: string, several = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`;
}

/** What was spent for people: where a part is unknown, that is said beside what is known. */
export function describeCost({ costUsd, knownCostUsd }: Spending): string {
  if (costUsd !== "unknown") return formatCost(costUsd);
  return knownCostUsd > 0 ? `unknown, at least ${formatCost(knownCostUsd)}` : "unknown";
}

/** The tokens that were used, for people, likewise. */
export function describeTokens({ usage, knownUsage }: Spending): string {
  const known = `${knownUsage.inputTokens} in, ${knownUsage.outputTokens} out`;
  if (usage !== "unknown") return `${usage.inputTokens} in, ${usage.outputTokens} out`;
  const nothing = knownUsage.inputTokens + knownUsage.outputTokens === 0;
  return nothing ? "unknown" : `unknown, at least ${known}`;
}
