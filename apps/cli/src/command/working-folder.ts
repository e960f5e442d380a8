import { statSync } from "node:fs";
import { resolve } from "node:path";
import { usageError } from "../exit/cli-error.ts";

/** The folder of the command, absolute. @throws {CliError} usage, when `-C` names none. */
export function workingFolder(flag: string | undefined): string {
  const folder = resolve(flag ?? ".");
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw usageError(`-C/--cwd: ${folder} is not a folder.`);
}
