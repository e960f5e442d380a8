import { costOf, type Price } from "../contract/price.ts";
import type { TaskInput } from "../contract/task.ts";
import { plural } from "../report/quantities.ts";
import type { FileSizes } from "./file-sizes.ts";
import { SIZE_ASSUMPTIONS, type TurnEstimate, turnFromSizes } from "./from-sizes.ts";
import { addRanges, middleOf, NOTHING, type Range } from "./range.ts";
import { type Ratio, ratioOf, type Sample } from "./samples.ts";

/** What an estimate is made with, beside the tasks. */
export interface EstimateOptions {
  readonly workers: number;
  /** What models cost, by name; `*` for all others. @default nothing is known */
  readonly prices?: Readonly<Record<string, Price>>;
  /** The model of tasks that name none. @default the tool's own */
  readonly model?: string | null;
  /** What tasks of the run took that are over. @default none */
  readonly samples?: readonly Sample[];
}

/** What a run will probably take. Each range says where it comes from. */
export interface RunEstimate {
  readonly tasks: number;
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  /** US dollars; `null` when no price is known for a model. */
  readonly costUsd: Range | null;
  /** From the first turn to the last, in milliseconds. */
  readonly timeMs: Range;
  readonly basis: {
    /** How many tasks were measured. */
    readonly samples: number;
    readonly tokens: "sizes" | "samples";
    readonly cost: "price" | "samples" | "none";
    readonly time: "sizes" | "samples";
  };
  /** What it takes for granted and leaves out, in sentences. */
  readonly assumptions: readonly string[];
}

/**
 * Estimates what tasks will take: from the sizes of their files, and from what other tasks of the run took
 * where that is known. A pure function; it promises nothing.
 */
export function estimateRun(
  tasks: readonly TaskInput[],
  sizes: FileSizes,
  options: EstimateOptions,
): RunEstimate {
  const { workers, samples = [] } = options;
  const turns = tasks.map((task) => turnFromSizes(task, sizes));
  const total = (of: (turn: TurnEstimate) => Range): Range =>
    turns.map(of).reduce(addRanges, NOTHING);
  const measured = measure(samples, sizes);
  const { input, output, cost, time } = measured;
  const inputTokens = corrected(
    total((turn) => turn.inputTokens),
    input,
  );
  const outputTokens = corrected(
    total((turn) => turn.outputTokens),
    output,
  );
  const priced = priceOf(tasks, turns, measured, options);
  const tokens = total((turn) => addRanges(turn.inputTokens, turn.outputTokens));
  const costUsd = cost === null ? priced : corrected(tokens, cost);
  const longest = turns.reduce((most, { timeMs }) => Math.max(most, timeMs.high), 0);
  const work = corrected(
    total((turn) => turn.timeMs),
    time,
  );
  const last = time === null ? longest : corrected({ low: 0, high: longest }, time).high;
  const atOnce = Math.max(1, Math.min(workers, tasks.length));
  return {
    tasks: tasks.length,
    inputTokens: whole(inputTokens),
    outputTokens: whole(outputTokens),
    costUsd,
    // No worker is idle while there are tasks; then the longest may be the last.
    timeMs: whole({
      low: work.low / atOnce,
      high: atOnce === 1 ? work.high : work.high / atOnce + last * (1 - 1 / atOnce),
    }),
    basis: {
      samples: samples.length,
      tokens: input === null ? "sizes" : "samples",
      cost: cost === null ? (priced === null ? "none" : "price") : "samples",
      time: time === null ? "sizes" : "samples",
    },
    assumptions: assumptionsFor(tasks, measured),
  };
}

interface Measured {
  readonly input: Ratio | null;
  readonly output: Ratio | null;
  /** US dollars for a token that was expected. */
  readonly cost: Ratio | null;
  readonly time: Ratio | null;
}

/** What was measured, as a part of what would have been expected of the same tasks. */
function measure(samples: readonly Sample[], sizes: FileSizes): Measured {
  const known = samples.map((sample) => ({ ...sample, turn: turnFromSizes(sample.task, sizes) }));
  const told = known.flatMap(({ usage, turn }) => (usage === "unknown" ? [] : [{ usage, turn }]));
  const paid = known.flatMap(({ costUsd, turn }) =>
    costUsd === "unknown" ? [] : [{ costUsd, turn }],
  );
  return {
    input: ratioOf(
      told.map(({ usage, turn }) => ({
        measured: usage.inputTokens,
        expected: middleOf(turn.inputTokens),
      })),
    ),
    output: ratioOf(
      told.map(({ usage, turn }) => ({
        measured: usage.outputTokens,
        expected: middleOf(turn.outputTokens),
      })),
    ),
    cost: ratioOf(
      paid.map(({ costUsd, turn }) => ({
        measured: costUsd,
        expected: middleOf(addRanges(turn.inputTokens, turn.outputTokens)),
      })),
    ),
    time: ratioOf(
      known.map(({ tookMs, turn }) => ({ measured: tookMs, expected: middleOf(turn.timeMs) })),
    ),
  };
}

/** A range, narrowed to what was measured. */
function corrected(range: Range, ratio: Ratio | null): Range {
  if (ratio === null) return range;
  const middle = middleOf(range) * ratio.mean;
  return { low: middle * (1 - ratio.spread), high: middle * (1 + ratio.spread) };
}

function priceOf(
  tasks: readonly TaskInput[],
  turns: readonly TurnEstimate[],
  { input, output }: Measured,
  { prices = {}, model = null }: EstimateOptions,
): Range | null {
  let total = NOTHING;
  for (const [i, { inputTokens, outputTokens }] of turns.entries()) {
    const name = tasks[i]?.model ?? model;
    const own = name !== null && Object.hasOwn(prices, name) ? prices[name] : undefined;
    const price = own ?? prices["*"];
    if (price === undefined) return null;
    const sent = corrected(inputTokens, input);
    const written = corrected(outputTokens, output);
    const cost = (side: "low" | "high"): number =>
      costOf({ inputTokens: sent[side], outputTokens: written[side] }, price);
    total = addRanges(total, { low: cost("low"), high: cost("high") });
  }
  return total;
}

function assumptionsFor(tasks: readonly TaskInput[], { input, time }: Measured): string[] {
  const sizes = input === null || time === null ? SIZE_ASSUMPTIONS : [];
  const blank = tasks.filter(({ files }) => files.length === 0).length;
  const waiting = tasks.some(({ after = [] }) => after.length > 0);
  return [
    ...sizes,
    ...(blank > 0
      ? [`what ${plural(blank, "task")} without files read${blank === 1 ? "s" : ""} is not counted`]
      : []),
    ...(waiting ? ["tasks that wait for others may take longer than that"] : []),
    time === null
      ? "retries, the verify command, the start of the tool and waits for quota come on top"
      : "what the measured tasks met (retries, the verify command) is in it, waits for quota are not",
  ];
}

function whole({ low, high }: Range): Range {
  return { low: Math.floor(low), high: Math.ceil(high) };
}
