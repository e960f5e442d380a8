import { growth } from "./growth.ts";
import type { Round } from "./round.ts";

const MIB = 1024 * 1024;

/** All rounds of a soak, by the process that did them. */
export class Summary {
  readonly #rounds = new Map<number, Round[]>();
  readonly #began = performance.now();
  readonly #steps = new Map<string, number>();

  add(explorer: number, round: Round): void {
    const rounds = this.#rounds.get(explorer);
    if (rounds === undefined) this.#rounds.set(explorer, [round]);
    else rounds.push(round);
    for (const [name, count] of Object.entries(round.steps)) {
      this.#steps.set(name, (this.#steps.get(name) ?? 0) + count);
    }
  }

  /** What grew that should be flat. */
  get leaks(): readonly string[] {
    return [...this.#rounds].flatMap(([explorer, rounds]) => {
      const heap = growth(
        rounds.map(({ heapBytes }) => heapBytes),
        { factor: 1.2, plus: 4 * MIB },
      );
      const descriptors = growth(
        rounds.map((round) => round.descriptors ?? 0),
        { factor: 1, plus: 4 },
      );
      return [
        ...(heap?.grows
          ? [`process ${explorer}: memory grew from ${mib(heap.from)} to ${mib(heap.to)}`]
          : []),
        ...(descriptors?.grows
          ? [`process ${explorer}: descriptors grew from ${descriptors.from} to ${descriptors.to}`]
          : []),
      ];
    });
  }

  toString(): string {
    const rounds = [...this.#rounds.values()];
    const count = rounds.reduce((sum, { length }) => sum + length, 0);
    const steps = [...this.#steps.values()].reduce((sum, one) => sum + one, 0);
    const minutes = (performance.now() - this.#began) / 60_000;
    return [
      `${steps} steps in ${count} rounds, ${minutes.toFixed(1)} minutes, ${rounds.length} processes`,
      [...this.#steps]
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([name, times]) => `${name} ${times}`)
        .join(" · "),
      ...[...this.#rounds].map(([explorer, all]) => memoryOf(explorer, all)),
      ...this.leaks,
    ].join("\n");
  }
}

function memoryOf(explorer: number, rounds: readonly Round[]): string {
  const [first] = rounds;
  const last = rounds.at(-1);
  if (first === undefined || last === undefined) return "";
  return (
    `process ${explorer}: heap ${mib(first.heapBytes)} → ${mib(last.heapBytes)}, ` +
    `rss ${mib(first.rssBytes)} → ${mib(last.rssBytes)}, ` +
    `descriptors ${first.descriptors ?? "?"} → ${last.descriptors ?? "?"}`
  );
}

export function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
