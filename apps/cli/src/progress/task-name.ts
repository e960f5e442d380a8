import { printable } from "./fit.ts";

/** A task as its user knows it: by its files, or by its place, as `cluster show RUN "#3"` takes it. */
export function taskName({
  files,
  index,
}: {
  readonly files: readonly string[];
  readonly index: number;
}): string {
  return printable(files.join(", ")) || `#${index + 1}`;
}
