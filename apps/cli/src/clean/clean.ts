import { type CleanedRun, cleanRun, plural, type RunSummary } from "@cluster/batch";
import { endLeftovers } from "@cluster/pool";
import { clusterCommand } from "../command/command-to-copy.ts";
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
  originals: "what stood there before is kept nowhere else",
  edits: "edits that did not land lie there",
  unmerged: "no branch has it",
  "checked-out": "it is checked out",
  moved: "it was moved meanwhile",
};

/** `cluster clean [RUN…]`. What had to be kept is said, and is no failure. Tools that a killed command left running are ended too. */
export async function clean(wanted: readonly string[], flags: CleanFlags): Promise<ExitName> {
  const kept = await keptRuns(flags.cwd);
  const { repository, store } = kept;
  const runs = await chosen(kept, wanted, flags);
  const endedProcesses = await endLeftovers();
  const cleaned: CleanedRun[] = [];
  for (const run of runs) {
    cleaned.push(await cleanRun({ repository, store, run, force: flags.force === true }));
  }
  const text =
    flags.json === true
      ? JSON.stringify({ endedProcesses, runs: cleaned }, null, 2)
      : [...leftovers(endedProcesses), render(cleaned, kept.elsewhere)].join("\n");
  process.stdout.write(`${text}\n`);
  return "done";
}

function leftovers(count: number): string[] {
  return count === 0
    ? []
    : [`${plural(count, "process", "processes")} that a killed command had left ended.`];
}

/** @throws {CliError} usage, when nothing says which */
async function chosen(
  { repository, store, elsewhere }: KeptRuns,
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
      `Name them, as ${clusterCommand("status", elsewhere)} does, or choose them: --all-ended, --older 7d.`,
    );
  }
  const before = Date.now() - (older ?? 0);
  const isMeant = ({ owner, end, problem }: RunSummary): boolean =>
    owner === null && problem === null && end !== null && end.at <= before;
  return (await store.list(repository)).filter(isMeant).map(({ run }) => run);
}

function render(runs: readonly CleanedRun[], elsewhere: string | undefined): string {
  if (runs.length === 0) return "No run is to be cleaned away.";
  const rows = runs.flatMap(({ run, removed, kept }) => [
    ...removed.map((what) => [run, "removed", printable(what), ""]),
    ...kept.map(({ what, reason }) => [run, "kept", printable(what), REASONS[reason]]),
  ]);
  const isKept = (why: CleanedRun["kept"][number]["reason"]): readonly CleanedRun[] =>
    runs.filter(({ kept }) => kept.some(({ reason }) => reason === why));
  const hints = [
    ...isKept("open-tasks").map(
      ({ run }) => `Go on with it: ${clusterCommand(`resume ${run}`, elsewhere)}`,
    ),
    ...isKept("originals").map(
      ({ run }) => `Take it back: ${clusterCommand(`undo ${run}`, elsewhere)}`,
    ),
    ...(runs.some(({ kept }) => kept.length > 0)
      ? ["--force removes that too, and it cannot be brought back."]
      : []),
  ];
  return [
    plainTable(rows, ["run", "", "what", "why"], columnsFor(process.stdout)),
    ...(hints.length === 0 ? [] : ["", ...hints]),
  ].join("\n");
}
