import { resolve } from "node:path";
import { shellWord } from "../report/shell-word.ts";

/**
 * The folder that commands to copy must name: that of `-C`, absolute. Absent where whoever reads them stands in
 * it.
 */
export function folderElsewhere(flag: string | undefined): string | undefined {
  const folder = resolve(flag ?? ".");
  return folder === process.cwd() ? undefined : folder;
}

/** A command of ours to copy, such as `status 0abc`; it is about the same folder as this one. Pure. */
export function clusterCommand(words: string, elsewhere: string | undefined): string {
  return `cluster ${words}${elsewhere === undefined ? "" : ` -C ${shellWord(elsewhere)}`}`;
}

/** The same for a command line of git, in which `git` may stand more than once. Pure. */
export function gitCommand(line: string, elsewhere: string | undefined): string {
  if (elsewhere === undefined) return line;
  return line.replace(/(?<=^|&& )git(?= )/g, () => `git -C ${shellWord(elsewhere)}`);
}
