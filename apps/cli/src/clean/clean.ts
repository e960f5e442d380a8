import { type CleanedRun, cleanRun, type RunSummary } from "@cluster/batch";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";
import { columnsFor, plainTable } from "../report/plain-table.ts";
import { type KeptRuns, keptRuns } from "../runs/kept-runs.ts";

/** The flags of `cluster clean`. */
export interface CleanFlags {
  readonly allEnded?: boolean;
  /** Milliseconds. */
  readonly older?: number;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly cwd?: string;
}

const REASONS: Readonly<Record<CleanedRun["kept"][number]["reason"], string>> = {
  "open-tasks": "it has tasks without an outcome",
  originals: "what stood there before is kept nowhere else; cluster undo brings it back",
  edits: "edits that did not land lie there",
  unmerged: "no branch has it",
  "checked-out": "it is checked out",
  moved: "it was moved meanwhile",
};

/** `cluster clean [RUN…]`. What had to be kept is said, and is no failure. */
export async function clean(wanted: readonly string[], flags: CleanFlags): Promise<ExitName> {
  const kept = await keptRuns(flags.cwd);
  const { repository, store } = kept;
  const cleaned: CleanedRun[] = [];
  for (const run of await chosen(kept, wanted, flags)) {
    cleaned.push(await cleanRun({ repository, store, run, force: flags.force === true }));
  }
  const text = flags.json === true ? JSON.stringify({ runs: cleaned }, null, 2) : render(cleaned);
  process.stdout.write(`${text}\n`);
  return "done";
}

/** @throws {CliError} usage, when nothing says which */
async function chosen(
  { repository, store }: KeptRuns,
  wanted: readonly string[],
  { allEnded = false, older }: CleanFlags,
): Promise<readonly string[]> {
  if (wanted.length > 0) {
    if (allEnded || older !== undefined) {
      throw usageError("Runs are named, and chosen by --all-ended or --older too.", "Do either.");
    }
    return wanted;
  }
  if (!allEnded && older === undefined) {
    throw usageError(
      "Nothing says which runs are to be cleaned away.",
      "Name them, as cluster status does, or choose them: --all-ended, --older 7d.",
    );
  }
  const before = Date.now() - (older ?? 0);
  const isMeant = ({ owner, end, problem }: RunSummary): boolean =>
    owner === null && problem === null && end !== null && end.at <= before;
  return (await store.list(repository)).filter(isMeant).map(({ run }) => run);
}

function render(runs: readonly CleanedRun[]): string {
  if (runs.length === 0) return "No run is to be cleaned away.";
  const rows = runs.flatMap(({ run, removed, kept }) => [
    ...removed.map((what) => [run, "removed", printable(what), ""]),
    ...kept.map(({ what, reason }) => [run, "kept", printable(what), REASONS[reason]]),
  ]);
  const anyKept = runs.some(({ kept }) => kept.length > 0);
  const hint = anyKept ? ["", "--force removes that too, and it cannot be brought back."] : [];
  return [plainTable(rows, ["run", "", "what", "why"], columnsFor(process.stdout)), ...hint].join(
    "\n",
  );
}
