import { isAbsolute, relative, sep } from "node:path";
import type { TranscriptPosition } from "@cluster/manager";
import type { TranscriptPart } from "../contract/evidence.ts";

/**
 * The part of a transcript that a turn wrote; `null` where none is kept.
 * @param folder the run's, which its own transcripts are named in
 */
export function turnTranscript(
  before: TranscriptPosition | null,
  after: TranscriptPosition | null,
  folder: string | null,
): TranscriptPart | null {
  if (after === null) return null;
  const from = before ?? { path: after.path, offset: 0 };
  return { from: placeIn(folder, from), to: placeIn(folder, after) };
}

function placeIn(
  folder: string | null,
  { path, offset }: TranscriptPosition,
): TranscriptPart["from"] {
  const inside = folder === null ? "" : relative(folder, path);
  const own = inside !== "" && !inside.startsWith("..") && !isAbsolute(inside);
  return { file: own ? inside.split(sep).join("/") : path, offset };
}
