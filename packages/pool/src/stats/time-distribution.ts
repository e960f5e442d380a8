import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { Distribution } from "./pool-stats.ts";

/** In microseconds: a histogram holds whole numbers. Longer times count as a day. */
const LONGEST = 24 * 60 * 60 * 1_000_000;

/** Gathers times; to record one costs some 0.1 µs, and its memory does not grow. */
export class TimeDistribution {
  readonly #histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: LONGEST,
    figures: 3,
  });
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  record(ms: number): void {
    this.#count += 1;
    this.#sum += ms;
    if (ms < this.#min) this.#min = ms;
    if (ms > this.#max) this.#max = ms;
    this.#histogram.record(Math.min(LONGEST, Math.max(1, Math.round(ms * 1_000))));
  }

  summary(): Distribution {
    const count = this.#count;
    if (count === 0) {
      return { count, min: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, p99_9: 0, max: 0 };
    }
    // A bucket stands for its upper end, which may lie beyond the longest time.
    const at = (percentile: number): number =>
      Math.min(this.#max, this.#histogram.percentile(percentile) / 1_000);
    return {
      count,
      min: this.#min,
      mean: this.#sum / count,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p99_9: at(99.9),
      max: this.#max,
    };
  }
}
