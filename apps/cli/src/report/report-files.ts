import { accessSync, constants, statSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { RunReport } from "@cluster/batch";
import { reportToJson, reportToJUnit, reportToMarkdown } from "@cluster/batch/kept";
import { usageError } from "../exit/cli-error.ts";

const FORMATS: Readonly<Record<string, (report: RunReport) => string>> = {
  ".json": reportToJson,
  ".md": reportToMarkdown,
  ".xml": reportToJUnit,
};

/**
 * The files of `--report`, absolute, which can be written as far as anybody can tell before a run.
 * @throws {CliError} usage, naming the file and what is wrong with it
 */
export function reportFiles(given: readonly string[], cwd: string): string[] {
  return [...new Set(given.map((path) => resolve(cwd, path)))].map((file) => {
    if (FORMATS[extname(file)] === undefined) {
      throw usageError(
        `--report: ${file} ends in none of ${Object.keys(FORMATS).join(", ")}.`,
        "The ending says what is written: Markdown, JSON or JUnit XML.",
      );
    }
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw usageError(`--report: ${file} is a folder.`, "Name a file in it.");
    }
    const folder = dirname(file);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw usageError(`--report: there is no folder ${folder}.`, "Make it, or name another file.");
    }
    try {
      accessSync(folder, constants.W_OK);
    } catch (cause) {
      throw usageError(`--report: the folder ${folder} cannot be written.`, undefined, cause);
    }
    return file;
  });
}

/**
 * Writes a report as the ending of its file says, so that nobody ever reads half of one.
 * @returns What went wrong, one sentence for each file: a run that is over is not to fail for it.
 */
export async function writeReportFiles(
  report: RunReport,
  files: readonly string[],
): Promise<string[]> {
  const problems = await Promise.all(
    files.map(async (file) => {
      const draft = join(dirname(file), `.${basename(file)}.${process.pid}`);
      try {
        await writeFile(draft, FORMATS[extname(file)]?.(report) ?? "");
        await rename(draft, file);
        return [];
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => {});
        return [`The report ${file} could not be written: ${(cause as Error).message}`];
      }
    }),
  );
  return problems.flat();
}
