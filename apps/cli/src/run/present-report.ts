import { realpathSync } from "node:fs";
import { sep } from "node:path";
import type { RunReport } from "@cluster/batch";
import { reportToJson } from "@cluster/batch/kept";
import type { ExitName } from "../exit/exit-codes.ts";
import { exitOfReport } from "../exit/exit-of-report.ts";
import type { Progress } from "../progress/progress-contract.ts";
import { columnsFor } from "../report/plain-table.ts";
import { renderReport } from "../report/render-report.ts";
import { writeReportFiles } from "../report/report-files.ts";

/** How a report is given to the user. */
export interface PresentOptions {
  readonly json: boolean;
  readonly requireChange: boolean;
  /** The repository's root. */
  readonly root: string;
  /** Of `--report`, checked. */
  readonly files: readonly string[];
  readonly progress: Progress;
}

/** Whether the command was started there: then commands to copy need not name it. */
export function isInside(folder: string): boolean {
  const here = realpathSync(process.cwd());
  return here === folder || here.startsWith(`${folder}${sep}`);
}

/** Prints a run's report, writes it into the files that were asked for, and says how the command ends. */
export async function presentReport(report: RunReport, options: PresentOptions): Promise<ExitName> {
  const { json, requireChange, root, files, progress } = options;
  const repository = isInside(root) ? undefined : root;
  const columns = columnsFor(process.stdout);
  process.stdout.write(
    json
      ? reportToJson(report)
      : `${renderReport(report, { requireChange, repository, columns })}\n`,
  );
  const problems = await writeReportFiles(report, files);
  for (const line of problems) progress.say(line);
  const exit = exitOfReport(report);
  return problems.length > 0 && exit === "done" ? "setup" : exit;
}
