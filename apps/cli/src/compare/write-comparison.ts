import { writeFile } from "node:fs/promises";
import { extname } from "node:path";
import { usageError } from "../exit/cli-error.ts";
import { columnsFor } from "../report/plain-table.ts";
import { reportFiles } from "../report/report-files.ts";
import type { Comparison } from "./comparison.ts";
import { comparisonToMarkdown, renderComparison } from "./render-comparison.ts";

/** The files of `--report` for a comparison. @throws {CliError} usage */
export function comparisonFiles(given: readonly string[], cwd: string): string[] {
  const files = reportFiles(given, cwd);
  const xml = files.find((file) => extname(file) === ".xml");
  if (xml === undefined) return files;
  throw usageError(`--report: a comparison is no JUnit report: ${xml}.`, "Use .md or .json.");
}

/** Where a comparison goes. */
export interface WriteOptions {
  readonly json: boolean;
  /** Of `--report`, checked. */
  readonly files: readonly string[];
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
}

/** Prints a comparison, and writes it into the files that were asked for. */
export async function writeComparison(
  comparison: Comparison,
  { json, files, elsewhere }: WriteOptions,
): Promise<void> {
  const text = `${JSON.stringify(comparison, null, 2)}\n`;
  process.stdout.write(
    json ? text : `${renderComparison(comparison, columnsFor(process.stdout), elsewhere)}\n`,
  );
  for (const file of files) {
    await writeFile(file, extname(file) === ".md" ? comparisonToMarkdown(comparison) : text);
  }
}
