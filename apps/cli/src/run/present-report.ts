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
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
  /** Of `--report`, checked. */
  readonly files: readonly string[];
  readonly progress: Progress;
}

/** Prints a run's report, writes it into the files that were asked for, and says how the command ends. */
export async function presentReport(report: RunReport, options: PresentOptions): Promise<ExitName> {
  const { json, requireChange, elsewhere, files, progress } = options;
  const columns = columnsFor(process.stdout);
  process.stdout.write(
    json
      ? reportToJson(report)
      : `${renderReport(report, { requireChange, elsewhere, columns })}\n`,
  );
  const problems = await writeReportFiles(report, files);
  for (const line of problems) progress.say(line);
  const exit = exitOfReport(report);
  return problems.length > 0 && exit === "done" ? "setup" : exit;
}
