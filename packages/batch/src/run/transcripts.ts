import { join } from "node:path";
import type { TranscriptOptions } from "@cluster/manager";
import { RUN_FILES } from "../store/run-folder.ts";

/** What the transcripts of one instance take at most: 32 MiB, in files that are still read at a glance. */
const IN_RUN_FOLDER = { maxBytes: 8 * 1024 * 1024, maxFiles: 4 } as const;

/**
 * Where a run's transcripts go, as its pool takes it; `undefined` for nowhere.
 * @param below A folder in that folder, for one of several pools, whose instances have the same names.
 */
export function transcriptsOf(
  wanted: boolean | string | TranscriptOptions | undefined,
  folder: string | null,
  below?: string,
): string | TranscriptOptions | undefined {
  const place = placeOf(wanted, folder);
  if (below === undefined || place === undefined) return place;
  const name = below.replace(/[^\w.-]/g, "_");
  if (typeof place === "string") return join(place, name);
  return { ...place, folder: join(place.folder, name) };
}

function placeOf(
  wanted: boolean | string | TranscriptOptions | undefined,
  folder: string | null,
): string | TranscriptOptions | undefined {
  if (wanted !== true) return wanted === false ? undefined : wanted;
  return folder ? { folder: join(folder, RUN_FILES.transcripts), ...IN_RUN_FOLDER } : undefined;
}
