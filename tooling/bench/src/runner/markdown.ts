import { show } from "../measure/statistics.ts";
import type { Benchmark, Quantity } from "./benchmark.ts";
import type { Result, Verdict } from "./result.ts";

/** The figures as docs/performance.md has them. */
export function toMarkdown(
  machine: string,
  runs: readonly { readonly benchmark: Benchmark; readonly result: Result }[],
): string {
  const claims = runs.flatMap(({ result }) =>
    result.claims.map((verdict) => claimRow(result, verdict)),
  );
  return [
    machine,
    "",
    "Interleaved; median (lowest to highest round). A claim holds when its median does.",
    "",
    "| figure | measured | bar | | run it |",
    "|---|---|---|---|---|",
    ...claims,
    ...runs.flatMap(({ benchmark, result }) => ["", ...table(benchmark, result)]),
  ].join("\n");
}

function claimRow(result: Result, verdict: Verdict): string {
  const { what, unit, digits, bar, measured, holds } = verdict;
  const side = "atMost" in bar ? `at most ${bar.atMost}` : `at least ${bar.atLeast}`;
  return row([
    what,
    `${show(measured, digits)} ${unit}`,
    `${side} ${unit}`,
    holds ? "holds" : "**falls short**",
    `\`pnpm bench ${result.name}\``,
  ]);
}

function table({ quantities }: Benchmark, result: Result): readonly string[] {
  const columns = Object.entries(quantities);
  const cell = (way: string, name: string, { digits }: Quantity): string => {
    const measured = result.ways[way]?.[name];
    return measured === undefined ? "" : show(measured, digits);
  };
  return [
    `### ${result.title}`,
    "",
    `${result.about} ${result.rounds.length} rounds.`,
    "",
    row(["way", ...columns.map(([, { label }]) => label)]),
    `|${"---|".repeat(columns.length + 1)}`,
    ...Object.keys(result.ways).map((way) =>
      row([way, ...columns.map(([name, quantity]) => cell(way, name, quantity))]),
    ),
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
