import { type Spread, spread } from "../measure/statistics.ts";
import type { Benchmark, Claim, Round } from "./benchmark.ts";

/** What came of a claim. */
export interface Verdict {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  readonly bar: Claim["bar"];
  readonly measured: Spread;
  readonly holds: boolean;
}

/** Everything that is to be told of a benchmark that has run, as plain data. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly rounds: readonly Round[];
  /** By way, then by quantity. */
  readonly ways: Readonly<Record<string, Readonly<Record<string, Spread>>>>;
  readonly claims: readonly Verdict[];
}

export function summarise(benchmark: Benchmark, rounds: readonly Round[]): Result {
  const { name, title, about, quantities, claims } = benchmark;
  const ways = Object.keys(rounds[0] ?? {}).map((way) => {
    const known = Object.keys(quantities).filter(
      (quantity) => rounds[0]?.[way]?.[quantity] != null,
    );
    return [
      way,
      Object.fromEntries(
        known.map((quantity) => [
          quantity,
          spread(rounds.map((round) => round[way]?.[quantity] ?? Number.NaN)),
        ]),
      ),
    ] as const;
  });
  return {
    name,
    title,
    about,
    rounds,
    ways: Object.fromEntries(ways),
    claims: claims.flatMap((claim) => judge(claim, rounds) ?? []),
  };
}

function judge({ what, unit, digits, bar, of }: Claim, rounds: readonly Round[]): Verdict | null {
  const values = rounds.map(of).filter((value) => value !== null);
  if (values.length === 0) return null;
  const measured = spread(values);
  const holds = "atMost" in bar ? measured.median <= bar.atMost : measured.median >= bar.atLeast;
  return { what, unit, digits, bar, measured, holds };
}
