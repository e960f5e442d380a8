import type { Evidence } from "../contract/evidence.ts";

/** Where a turn is written down, for people; `null` where it is not. */
export function describeTranscript({ transcript }: Pick<Evidence, "transcript">): string | null {
  if (transcript == null) return null;
  const { from, to } = transcript;
  return from.file === to.file
    ? `${from.file}, bytes ${from.offset} to ${to.offset}`
    : `${from.file} from byte ${from.offset}, to byte ${to.offset} of ${to.file}`;
}
