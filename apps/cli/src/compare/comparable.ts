import type {
  AttemptRecord,
  JournalEntry,
  Outcome,
  RunReader,
  RunReport,
  TaskOutcome,
} from "@cluster/batch";
import { reportOfRun } from "@cluster/batch/kept";
import type { ExitName } from "../exit/exit-codes.ts";
import { exitOfReport } from "../exit/exit-of-report.ts";
import { fromStored } from "../run/from-stored.ts";
import { timeOfRun } from "./time-of-run.ts";

/** One task of a run, as its journal has it. */
export interface ComparableTask {
  readonly files: readonly string[];
  /** `null` while it is to be done. */
  readonly outcome: Outcome | null;
  /** How often it was begun; 0 for one that has taken nothing yet. */
  readonly attempts: number;
  readonly reason: string | null;
  /** Lines within its files; `null` where nothing was changed. */
  readonly addedLines: number | null;
  readonly removedLines: number | null;
  /** US dollars. */
  readonly costUsd: number | "unknown";
  readonly knownCostUsd: number;
  /** Of its attempts, from their first instance to their end, in milliseconds: it waited for nothing meanwhile. */
  readonly tookMs: number;
  /** What the verify command said; `null` where it was not asked. */
  readonly verified: boolean | null;
}

/** A run that can be put beside others. */
export interface Comparable {
  readonly run: string;
  readonly tool: string;
  /** The commit that it began on. */
  readonly base: string;
  /** Where what landed stays; `null` when nothing did. */
  readonly branch: string | null;
  /** How it ended; `running` while a process works on it. */
  readonly end: RunReport["end"] | "running";
  /** How the command would have ended. */
  readonly exit: ExitName;
  /** Of all its sessions, in milliseconds. */
  readonly tookMs: number;
  /** Each landed, or changed nothing. */
  readonly ok: boolean;
  readonly tasks: readonly ComparableTask[];
}

/** A kept run, with the tasks that it is still to do, and what their attempts took. */
export function comparableOf(reader: RunReader): Comparable {
  const { record, owner } = reader;
  const stored = fromStored(record);
  const said = <Name extends "verify" | "requireChange">(name: Name) =>
    stored?.flags[name] ?? stored?.config[name];
  const requireChange = said("requireChange") === true;
  const report = reportOfRun(reader, { requireChange });
  const { delivery, end, ok } = report;
  const entries = [...reader.entries()].filter(({ withdrawn }) => !withdrawn);
  const attempts = entries.map(({ task, token }) => (token === 0 ? [] : reader.attempts(task.id)));
  return {
    run: record.run,
    tool: record.tool,
    base: record.base,
    branch: delivery.kind === "kept" || delivery.kind === "merged" ? delivery.branch : null,
    end: owner === null ? end : "running",
    exit: exitOfReport(report),
    tookMs: timeOfRun(reader.marks(), attempts.flat()),
    ok,
    tasks: entries.map((entry, i) =>
      comparableTask(entry, attempts[i] ?? [], entry.task.verify ?? said("verify")),
    ),
  };
}

function comparableTask(
  { task, token, outcome: ended }: JournalEntry,
  attempts: readonly AttemptRecord[],
  verify: string | undefined,
): ComparableTask {
  const outcome = ended?.outcome ?? null;
  const changes = ended?.evidence.changes ?? [];
  const lines = (of: "addedLines" | "removedLines"): number | null =>
    changes.length === 0 ? null : sum(changes.map((change) => change[of] ?? 0));
  const judged = verify !== undefined && (outcome === "landed" || outcome === "verify-failed");
  const pending = attempts.findLast(({ end }) => end !== null)?.end;
  return {
    files: task.files,
    outcome,
    attempts: token,
    reason: (ended === null ? pending?.reason : ended.reason)?.message ?? null,
    addedLines: lines("addedLines"),
    removedLines: lines("removedLines"),
    ...(ended === null ? costOf(attempts) : spendingOf(ended)),
    tookMs: timeOf(ended?.byTool, attempts),
    verified: judged ? outcome === "landed" : null,
  };
}

/** The journal has what a last attempt took that failed in the outcome only. */
function spendingOf({
  spent: { costUsd, knownCostUsd },
}: TaskOutcome): Pick<ComparableTask, "costUsd" | "knownCostUsd"> {
  return { costUsd, knownCostUsd };
}

/** Absent in outcomes of older versions. */
function timeOf(byTool: TaskOutcome["byTool"], attempts: readonly AttemptRecord[]): number {
  if (byTool !== undefined) return sum(byTool.map(({ tookMs }) => tookMs));
  return sum(attempts.map(({ result }) => result?.evidence.tookMs ?? 0));
}

/** An attempt that was cut short took nobody knows what. */
function costOf(
  attempts: readonly AttemptRecord[],
): Pick<ComparableTask, "costUsd" | "knownCostUsd"> {
  const costs = attempts.map(({ result }) => result?.evidence.costUsd ?? "unknown");
  const known = costs.filter((cost) => cost !== "unknown");
  const knownCostUsd = sum(known);
  return { costUsd: known.length === costs.length ? knownCostUsd : "unknown", knownCostUsd };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
