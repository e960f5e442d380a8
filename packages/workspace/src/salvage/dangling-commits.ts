import { hasCommit, type LandedCommit, landedCommits, readAttempt } from "../run/landed-commits.ts";
import type { RunContext } from "../run/run-context.ts";
import { madeCommits } from "../workspace/made-commits.ts";
import { isMerged } from "./is-merged.ts";
import type { LeftWorktree } from "./left-worktree.ts";

/** What was made last in a worktree has landed within so many commits, as a rule. */
const NEWEST = 300;

/**
 * Commits that a killed process made in a worktree, whether it got to say so or not: those that did not land,
 * and of which the worktree, as `content`, does not have everything still.
 */
export async function danglingCommits(
  { parts: { git } }: RunContext,
  { record }: LeftWorktree,
  landed: LandedAttempts,
  content: string | null,
): Promise<readonly string[]> {
  if (record === null) return [];
  const found: string[] = [];
  for (const commit of await madeCommits(record)) {
    if (!(await hasCommit(git, commit)) || (await landed.has(commit))) continue;
    if (content !== null && (await isMerged(git, commit, content))) continue;
    found.push(commit);
  }
  return found;
}

/**
 * Whether an attempt's edit landed: by its trailers, since what landed is another commit, and others may have
 * changed the same since. The branch is read once, and no farther back than need be.
 */
export class LandedAttempts {
  readonly #context: RunContext;
  readonly #tip: string;
  readonly #read = new Map<number | undefined, Promise<ReadonlySet<string>>>();

  constructor(context: RunContext, tip: string) {
    this.#context = context;
    this.#tip = tip;
  }

  async has(commit: string): Promise<boolean> {
    const { parts, run } = this.#context;
    const of = await readAttempt(parts.git, commit, run);
    if (of === null) return false;
    const newest = await this.#keys(NEWEST);
    if (newest.has(keyOf(of)) || newest.size < NEWEST) return newest.has(keyOf(of));
    return (await this.#keys()).has(keyOf(of));
  }

  #keys(newest?: number): Promise<ReadonlySet<string>> {
    const known = this.#read.get(newest);
    if (known !== undefined) return known;
    const how = newest === undefined ? {} : { newest };
    const reading = landedCommits(this.#context, this.#tip, how).then(
      (landed) => new Set(landed.map(keyOf)),
    );
    this.#read.set(newest, reading);
    return reading;
  }
}

function keyOf({ task, attempt }: Omit<LandedCommit, "commit">): string {
  return `${attempt} ${task}`;
}
