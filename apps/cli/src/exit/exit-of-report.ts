import type { RunReport } from "@cluster/batch";
import type { ExitName } from "./exit-codes.ts";

/** Nothing worked, and the last word on it was that the tool itself is missing or broken. */
function toolIsBroken(report: RunReport): boolean {
  const tried = report.tasks.filter(({ attempts }) => attempts > 0);
  return tried.length > 0 && tried.every(({ reason }) => reason?.failureClass === "environment");
}

/** The exit that a report means. */
export function exitOfReport(report: RunReport): ExitName {
  if (report.end === "interrupted") return "interrupted";
  if (report.ok) return "done";
  if (report.end === "budget" || report.end === "quota") return report.end;
  if (toolIsBroken(report)) return "setup";
  return report.end === "halted" ? "halted" : "failed";
}
