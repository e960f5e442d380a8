import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { usageError } from "../exit/cli-error.ts";

/**
 * The bytes of a file that a flag names, or of stdin with `-`.
 * @throws {CliError} usage, naming the flag
 */
export async function readInput(flag: string, file: string, cwd: string): Promise<Buffer> {
  if (file === "-") return await buffer(process.stdin);
  try {
    return await readFile(resolve(cwd, file));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw usageError(`${flag} ${file}: ${why}.`, undefined, cause);
  }
}
