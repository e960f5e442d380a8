import type { AttemptRecord, JournalEntry, TaskOutcome } from "@cluster/batch";
import { describeCost, describeTokens, describeTranscript, formatTime } from "@cluster/batch/kept";
import { oneLine, printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import { formatMoment } from "../runs/when.ts";

/** A task as `cluster show RUN TASK --json` prints it. */
export interface ShownTask extends JournalEntry {
  readonly attempts: readonly AttemptRecord[];
}

function ending({ outcome, withdrawn, token }: JournalEntry): string {
  if (withdrawn) return "withdrawn";
  if (outcome !== null) return outcome.outcome;
  return token === 0 ? "not begun" : "open";
}

/** How an attempt ended. That of the last one is the task's own, where the task has ended. */
function attemptRow(
  attempt: AttemptRecord,
  outcome: TaskOutcome | null,
  { several, open }: { readonly several: boolean; readonly open: string },
): string[] {
  const { token, openedAt, result, end, committed, sequel } = attempt;
  const instance = result?.evidence.instance ?? outcome?.instance ?? null;
  const known = end?.outcome ?? outcome?.outcome;
  const how = known ?? (committed ? "committed" : (result?.verdict ?? open));
  const why = end?.reason ?? outcome?.reason ?? result?.failure;
  return [
    String(token),
    formatMoment(openedAt),
    ...(several ? [printable(toolOf(attempt, outcome) ?? "not known")] : []),
    instance === null ? "" : String(instance),
    how,
    sequel ?? "",
    oneLine(why?.message ?? "", 100),
  ];
}

function toolOf({ result, tool }: AttemptRecord, outcome: TaskOutcome | null): string | undefined {
  return result?.evidence.tool ?? tool ?? outcome?.evidence.tool;
}

function changes({ evidence }: TaskOutcome, columns?: number): string[] {
  const rows = [
    ...evidence.changes.map((change) => ({ change, note: "" })),
    ...evidence.outside.map((change) => ({ change, note: "outside of its files" })),
  ].map(({ change, note }) => [
    printable(change.path),
    change.status,
    `+${change.addedLines ?? "?"} -${change.removedLines ?? "?"}`,
    note,
  ]);
  return rows.length === 0 ? [] : ["", plainTable(rows, ["changed", "how", "lines", ""], columns)];
}

function refs({ evidence }: TaskOutcome): string[][] {
  const { commit, parkedRef, outsideRef, earlierRefs } = evidence;
  return [
    ...(commit === null ? [] : [["commit", commit]]),
    ...(parkedRef === null ? [] : [["kept under", parkedRef]]),
    ...(outsideRef === null ? [] : [["outside", outsideRef]]),
    ...earlierRefs.map((ref) => ["earlier", ref]),
  ];
}

/**
 * One task with its evidence, for people. Pure.
 * @param atWork Whether a process is at work on its run.
 */
export function renderTask(
  { attempts, ...entry }: ShownTask,
  { atWork, columns }: { readonly atWork: boolean; readonly columns?: number },
): string {
  const { task, outcome } = entry;
  const rows = [
    ["task", `${task.id}, #${task.index + 1}`],
    ["files", printable(task.files.join(", ") || "any")],
    ["message", oneLine(task.prompt)],
    ["outcome", ending(entry)],
  ];
  if (outcome !== null) {
    const { reason, evidence, spent, tookMs } = outcome;
    if (reason !== null) rows.push(["reason", oneLine(reason.message)]);
    if (evidence.tool !== undefined) rows.push(["tool", printable(evidence.tool)]);
    rows.push(["time", formatTime(tookMs)], ["cost", describeCost(spent)]);
    rows.push(["tokens", describeTokens(spent)], ...refs(outcome));
    if (evidence.endedBy !== null) rows.push(["ended by", evidence.endedBy]);
    const said = describeTranscript(evidence);
    if (said !== null) rows.push(["transcript", said]);
    const reply = evidence.reply === null ? "" : oneLine(evidence.reply);
    if (reply !== "") rows.push(["reply", reply]);
  }
  const last = attempts.at(-1);
  const rowsOf = (all: readonly AttemptRecord[]): string[][] =>
    all.map((attempt) => {
      // Another one has followed, or nobody is at work any more: nothing will end it.
      const open = attempt === last && atWork ? "open" : "cut short";
      return attemptRow(attempt, attempt === last ? outcome : null, { several, open });
    });
  // Of one that was cut short, older journals tell no tool.
  const tools = attempts.flatMap((one) => toolOf(one, one === last ? outcome : null) ?? []);
  const several = new Set(tools).size > 1;
  const head = [
    "attempt",
    "begun",
    ...(several ? ["tool"] : []),
    "instance",
    "end",
    "then",
    "reason",
  ];
  return [
    plainTable(rows, [], columns),
    ...(outcome === null ? [] : changes(outcome, columns)),
    ...(attempts.length === 0 ? [] : ["", plainTable(rowsOf(attempts), head, columns)]),
  ].join("\n");
}
