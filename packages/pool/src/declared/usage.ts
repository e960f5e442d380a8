import type { Usage } from "../contract/agent.ts";
import type { MessagePath, PatternExpression, UsagePatterns } from "./definition.ts";
import { valueAt } from "./message-path.ts";
import { matchesOf } from "./pattern.ts";

const FACTORS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };

/** What a turn took, as far as the tool tells. */
export interface TurnCost {
  readonly usage: Usage | "unknown";
  readonly costUsd: number | "unknown";
}

/** Where tokens and cost are looked for: in text, and in the message of a tool that speaks JSON. */
export interface CostSource {
  readonly text: string;
  readonly message?: unknown;
}

/** Reads what a turn took. Tokens are known only when both numbers are. */
export function costOf(patterns: UsagePatterns | undefined, source: CostSource): TurnCost {
  const { inputTokens, outputTokens, costUsd, sum = false } = patterns ?? {};
  const read = (where: PatternExpression | MessagePath | undefined): number | undefined =>
    where === undefined ? undefined : numberAt(where, source, sum);
  const input = read(inputTokens);
  const output = read(outputTokens);
  return {
    usage:
      input === undefined || output === undefined
        ? "unknown"
        : { inputTokens: Math.round(input), outputTokens: Math.round(output) },
    costUsd: read(costUsd) ?? "unknown",
  };
}

function numberAt(
  where: PatternExpression | MessagePath,
  { text, message }: CostSource,
  sum: boolean,
): number | undefined {
  if ("path" in where) {
    const value = valueAt(message, where.path);
    return typeof value === "number" ? value : undefined;
  }
  const numbers = matchesOf(where, text).flatMap((match) => {
    const number = parseNumber(match.groups?.n ?? match[1]);
    return number === undefined ? [] : [number];
  });
  return sum && numbers.length > 0 ? numbers.reduce((a, b) => a + b) : numbers.at(-1);
}

/** `1,234`, `1.2k`, `3M`, `0.04`. */
function parseNumber(text: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^\s*\$?([\d,]*\.?\d+)\s*([km])?/i.exec(text ?? "") ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits.replaceAll(",", "")) * (FACTORS[unit.toLowerCase()] ?? 1);
  return Number.isFinite(number) ? number : undefined;
}
