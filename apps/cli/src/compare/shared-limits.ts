import { type LocalRunStore, type RunOptions, type Site, takenTogether } from "@cluster/batch";

/** What the tools of a comparison may take together. Money in US dollars, time in milliseconds. */
export type SharedLimits = Pick<RunOptions, "maxCostUsd" | "maxTokens" | "maxTimeMs">;

/** What runs took of {@link SharedLimits}. */
export type TakenTogether = Readonly<Record<keyof SharedLimits, number>>;

const NAMES = ["maxCostUsd", "maxTokens", "maxTimeMs"] as const;

/** How to find out what a tool may take. */
export interface PartOptions {
  readonly limits: SharedLimits;
  /** By all runs of the comparison so far. */
  readonly taken: TakenTogether;
  /** By the run that it is for, which counts that itself. */
  readonly own?: Partial<TakenTogether>;
  /** How many tools are to share what is left, this one among them. */
  readonly sharers: number;
}

/**
 * What one tool may take: an even part of what is left, so that the first leaves the others theirs, and the last
 * has what nobody needed. `null` where nothing is left of something. Pure.
 */
export function partOfLimits({
  limits,
  taken,
  own = {},
  sharers,
}: PartOptions): SharedLimits | null {
  const parts: { -readonly [Name in keyof SharedLimits]?: number } = {};
  for (const name of NAMES) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const left = limit - taken[name];
    if (left <= 0) return null;
    const part = (own[name] ?? 0) + left / sharers;
    parts[name] = name === "maxTokens" ? Math.max(1, Math.floor(part)) : part;
  }
  return parts;
}

/** What runs took of money and tokens, by their journals. */
export async function takenByRuns(
  runs: readonly string[],
  { repository, store }: { readonly repository: Site; readonly store: LocalRunStore },
): Promise<Pick<TakenTogether, "maxCostUsd" | "maxTokens">> {
  let [maxCostUsd, maxTokens] = [0, 0];
  for (const run of runs) {
    using reader = await store.read(repository, run);
    const tried = [...reader.entries()].filter(({ token }) => token > 0);
    const { costUsd, tokens } = takenTogether(
      tried.flatMap(({ task }) => reader.attempts(task.id)),
    );
    maxCostUsd += costUsd;
    maxTokens += tokens;
  }
  return { maxCostUsd, maxTokens };
}
