import { posix } from "node:path";
import { BatchError } from "../errors/batch-error.ts";

/**
 * How files become tasks: one for each file, one for all files of a folder (those of its subfolders are
 * theirs), or one for every so many files in their order.
 */
export type Per = "file" | "folder" | { readonly chunk: number };

/** The files of one task. */
export interface FileGroup {
  readonly files: readonly string[];
  /** The folder they are in, where that is what they have in common; `.` is the root. */
  readonly folder?: string;
}

/** Groups files, in their order. @throws {BatchError} OPTION_INVALID, when a chunk is not a whole number above 0 */
export function groupFiles(files: readonly string[], per: Per): FileGroup[] {
  if (per === "file") return files.map((file) => ({ files: [file] }));
  if (per === "folder") {
    const folders = Map.groupBy(files, (file) => posix.dirname(file));
    return [...folders].map(([folder, inside]) => ({ files: inside, folder }));
  }
  const { chunk } = per;
  if (!Number.isSafeInteger(chunk) || chunk < 1) {
    const found = `${typeof chunk} ${String(chunk)}`;
    throw new BatchError(
      "OPTION_INVALID",
      `per.chunk: expected a whole number of at least 1, found ${found}.`,
    );
  }
  const groups: FileGroup[] = [];
  for (let from = 0; from < files.length; from += chunk) {
    groups.push({ files: files.slice(from, from + chunk) });
  }
  return groups;
}
