import { accessSync, constants, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { PoolError, toError } from "../errors/pool-error.ts";

/**
 * Makes the folder for transcripts, for its owner's eyes only. Returns its absolute path.
 * @throws {PoolError} OPTION_INVALID when it cannot be made or written to.
 */
export function prepareFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new PoolError(
      "OPTION_INVALID",
      `transcripts: expected a folder that can be written to, found ${folder}: ${toError(cause).message}`,
      { cause },
    );
  }
  return resolve(folder);
}
