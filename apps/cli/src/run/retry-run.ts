import type { Outcome, StoredRun, TaskOutcome } from "@cluster/batch";
import { OUTCOMES } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import type { RetryFlags } from "../command/retry-command.ts";
import { nearest } from "../config/nearest.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { fromStored } from "./from-stored.ts";
import { goOnWith } from "./go-on-with.ts";

const FINE: ReadonlySet<Outcome> = new Set(["landed", "no-change"]);

/** @throws {CliError} usage, for a word that is no outcome */
function requireOutcomes(words: readonly string[]): void {
  const unknown = words.find((word) => !OUTCOMES.some((outcome) => outcome === word));
  if (unknown === undefined) return;
  const meant = nearest(unknown, OUTCOMES);
  throw usageError(
    `--outcome: there is no outcome "${unknown}".${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    `It takes one of ${OUTCOMES.join(", ")}.`,
  );
}

/** What is tried again: everything that failed, or what fits all that is said. */
function chooser(flags: RetryFlags, requireChange: boolean): (outcome: TaskOutcome) => boolean {
  const { outcome: outcomes, reason: reasons } = flags;
  return ({ outcome, reason }) => {
    const failed = !FINE.has(outcome) || (requireChange && outcome === "no-change");
    const wanted = outcomes === undefined ? failed : outcomes.includes(outcome);
    const message = (reason?.message ?? "").toLowerCase();
    return wanted && (reasons?.some((text) => message.includes(text.toLowerCase())) ?? true);
  };
}

/** Reopens the tasks that are chosen, and those that were skipped because of one. */
async function reopen(
  { journal, record }: StoredRun,
  flags: RetryFlags,
  elsewhere: string | undefined,
): Promise<number> {
  const requireChange = flags.requireChange ?? fromStored(record)?.flags.requireChange ?? false;
  const isChosen = chooser(flags, requireChange);
  const chosen: string[] = [];
  const skipped: string[] = [];
  const counts = new Map<Outcome, number>();
  let open = 0;
  let landed = false;
  for (const { task, outcome, withdrawn } of journal.entries()) {
    if (withdrawn) continue;
    if (outcome === null) {
      open += 1;
      continue;
    }
    counts.set(outcome.outcome, (counts.get(outcome.outcome) ?? 0) + 1);
    if (isChosen(outcome)) {
      chosen.push(task.id);
      landed ||= outcome.outcome === "landed";
    } else if (outcome.outcome === "skipped") skipped.push(task.id);
  }
  if (landed && record.place === "in-place") {
    throw usageError(
      `What landed of run ${record.run} is in place in ${record.root}, and would be made once more on top of that.`,
      `Take it back first (${clusterCommand(`undo ${record.run}`, elsewhere)}), and then have it made again: ${clusterCommand(`resume ${record.run}`, elsewhere)}`,
    );
  }
  if (chosen.length === 0) {
    const there = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
    const ended = there === "" ? "None has ended." : `Its tasks ended so: ${there}.`;
    const goOn =
      open > 0
        ? ` ${open} more without an outcome: ${clusterCommand(`resume ${record.run}`, elsewhere)}`
        : "";
    throw usageError(`No task of run ${record.run} is to be tried again.`, `${ended}${goOn}`);
  }
  for (const task of [...chosen, ...skipped]) {
    await journal.record({ type: "task.reopened", task, reason: "cluster retry" });
  }
  return chosen.length;
}

/** `cluster retry`. */
export async function retryRun(
  wanted: string,
  flags: RetryFlags,
  raw: readonly string[],
): Promise<ExitName> {
  requireOutcomes(flags.outcome ?? []);
  const { repository, store, elsewhere } = await keptRuns(flags.cwd);
  const stored = await store.open(repository, wanted);
  const { run } = stored.record;
  try {
    await reopen(stored, flags, elsewhere);
  } finally {
    await stored[Symbol.asyncDispose]();
  }
  const { outcome: _, reason: __, ...rest } = flags;
  return await goOnWith(run, rest, raw);
}
