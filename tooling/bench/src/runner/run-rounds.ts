import { spread } from "../measure/statistics.ts";
import type { Benchmark, Reading, Round, Scale, Way } from "./benchmark.ts";

/** How to run a benchmark other than it says itself. */
export interface RunOptions {
  readonly scale: Scale;
  readonly rounds?: number | undefined;
  /** Told after each round that counts. */
  readonly onRound?: (round: Round, number: number) => void;
}

/**
 * Measures all ways of a benchmark in turn, round after round, so that whatever else the machine does
 * meets all of them. Who is first changes from round to round.
 */
export async function runRounds(
  benchmark: Benchmark,
  options: RunOptions,
): Promise<readonly Round[]> {
  const tiny = options.scale === "tiny";
  const rounds = options.rounds ?? (tiny ? 1 : (benchmark.rounds ?? 5));
  const warmUps = tiny ? 0 : (benchmark.warmUps ?? 1);
  const slices = tiny ? 1 : (benchmark.slices ?? 1);
  await using setup = await benchmark.prepare(options.scale);
  const measured: Round[] = [];
  for (let number = 1 - warmUps; number <= rounds; number += 1) {
    const round = await oneRound(setup.ways, slices, number + warmUps);
    if (number < 1) continue;
    measured.push(round);
    options.onRound?.(round, number);
  }
  return measured;
}

async function oneRound(ways: readonly Way[], slices: number, number: number): Promise<Round> {
  const readings = new Map<string, Reading[]>(ways.map((way) => [way.name, []]));
  for (let slice = 0; slice < slices; slice += 1) {
    for (let step = 0; step < ways.length; step += 1) {
      const way = ways[(step + slice + number) % ways.length] as Way;
      readings.get(way.name)?.push(await way.measure());
    }
  }
  return Object.fromEntries([...readings].map(([name, all]) => [name, middle(all)]));
}

function middle(readings: readonly Reading[]): Reading {
  const quantities = Object.keys(readings[0] ?? {});
  return Object.fromEntries(
    quantities.map((name) => [
      name,
      spread(readings.map((reading) => reading[name] ?? Number.NaN)).median,
    ]),
  );
}
