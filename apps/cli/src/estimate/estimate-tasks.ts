import type { TaskInput } from "@cluster/batch";
import { estimateRun, fileSizes, type RunEstimate, type Sample, type Site } from "@cluster/batch";
import { knownPrices, type PricedTools } from "./known-prices.ts";

/** What an estimate is made with. */
export interface EstimateContext extends PricedTools {
  readonly workers: number;
  /** What tasks like these took. */
  readonly samples: readonly Sample[];
}

/** What tasks will take, from their sizes and from what others took. Tools are asked for prices nobody told. */
export async function estimateTasks(
  site: Pick<Site, "root">,
  tasks: readonly TaskInput[],
  context: EstimateContext,
): Promise<RunEstimate> {
  const { samples, workers, model, prices } = context;
  const sizes = await fileSizes(site, [...tasks, ...samples.map(({ task }) => task)]);
  const told = estimateRun(tasks, sizes, { workers, model, prices, samples });
  if (told.costUsd !== null) return told;
  const known = await knownPrices(tasks, context);
  return estimateRun(tasks, sizes, { workers, model, prices: known, samples });
}
