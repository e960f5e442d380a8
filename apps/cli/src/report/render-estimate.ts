import { formatCost, formatTime, plural, type Range, type RunEstimate } from "@cluster/batch";

/** An estimate for people, with what it is based on. Pure. */
export function estimateLines(estimate: RunEstimate, workers: number): string[] {
  const { basis, inputTokens, outputTokens, costUsd, timeMs, assumptions } = estimate;
  return [
    `Estimate ${basisOf(basis)}; nothing is promised:`,
    `  tokens: ${between(inputTokens, formatTokens)} in, ${between(outputTokens, formatTokens)} out`,
    `  cost:   ${costUsd === null ? "unknown; say what the model costs: --price IN,OUT" : between(costUsd, formatCost)}`,
    `  time:   ${between(timeMs, formatTime)} with ${plural(workers, "worker")}`,
    ...assumptions.map((sentence) => `  - ${sentence}`),
  ];
}

function basisOf({ samples, tokens, cost, time }: RunEstimate["basis"]): string {
  if (samples === 0) return "from the sizes of files";
  const measured = plural(samples, "task");
  const blind = [
    ...(tokens === "sizes" ? ["tokens"] : []),
    ...(cost === "price" ? ["cost"] : []),
    ...(time === "sizes" ? ["time"] : []),
  ];
  const rest = blind.length === 0 ? "" : `, ${blind.join(" and ")} from the sizes of files`;
  return `from ${measured} that ended${rest}`;
}

function between({ low, high }: Range, format: (value: number) => string): string {
  const [least, most] = [format(low), format(high)];
  return least === most ? least : `${least} to ${most}`;
}

/** `840`, `8.3k`, `253k`, `1.2M`. */
function formatTokens(tokens: number): string {
  if (tokens < 1_000) return String(Math.round(tokens));
  const [value, unit] = tokens < 1e6 ? [tokens / 1e3, "k"] : [tokens / 1e6, "M"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}
