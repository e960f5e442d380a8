import { invalidOption } from "../pool/option-checks.ts";
import { prepareFolder } from "./prepare-folder.ts";

/** Transcripts that take no more room than they may. */
export interface TranscriptOptions {
  /** The folder; made where it does not exist. Only its owner can read it. */
  readonly folder: string;
  /** Bytes of one file; what comes then goes into the next. @default 16 MiB */
  readonly maxBytes?: number;
  /** Files of one instance, with those of earlier pools; the oldest goes first. @default 8 */
  readonly maxFiles?: number;
}

/** Where transcripts go. */
export interface TranscriptPlace {
  /** An absolute path. */
  readonly folder: string;
  /** Null: one file for each instance, which grows. */
  readonly rotation: { readonly maxBytes: number; readonly maxFiles: number } | null;
}

/** A few lines; less would be nothing but beginnings. */
const LEAST_BYTES = 4096;
/** With one file, what happened last would often be gone. */
const LEAST_FILES = 2;

/**
 * Checks the option and makes the folder.
 * @throws {PoolError} OPTION_INVALID
 */
export function transcriptPlace(
  given: string | TranscriptOptions | undefined,
): TranscriptPlace | null {
  if (given === undefined) return null;
  if (typeof given === "string" && given !== "") {
    return { folder: prepareFolder(given), rotation: null };
  }
  if (typeof given !== "object" || given === null) {
    const expected = "expected the path of a folder, or an object with folder, maxBytes, maxFiles";
    throw invalidOption("transcripts", expected, given);
  }
  const { folder, maxBytes = 16 * 1024 * 1024, maxFiles = 8, ...unknown } = given;
  for (const name of Object.keys(unknown)) {
    throw invalidOption(`transcripts.${name}`, "there is no such option", given);
  }
  if (typeof folder !== "string" || folder === "") {
    throw invalidOption("transcripts.folder", "expected the path of a folder", folder);
  }
  if (!isAtLeast(maxBytes, LEAST_BYTES)) {
    const expected = `expected a whole number of at least ${LEAST_BYTES}`;
    throw invalidOption("transcripts.maxBytes", expected, maxBytes);
  }
  if (!isAtLeast(maxFiles, LEAST_FILES)) {
    const expected = `expected a whole number of at least ${LEAST_FILES}`;
    throw invalidOption("transcripts.maxFiles", expected, maxFiles);
  }
  return { folder: prepareFolder(folder), rotation: { maxBytes, maxFiles } };
}

function isAtLeast(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}
