import { openSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** An open file of a transcript. */
export interface OpenFile {
  readonly path: string;
  readonly fd: number;
}

/**
 * Begins the next file of an instance: `instance-3.log`, then `instance-3.1.log`, `instance-3.2.log`, …
 * Files are never renamed or written by two: one that exists, of an earlier pool or of one beside this,
 * is left as it is. Before that the oldest are removed, so that there are never more than `maxFiles`.
 *
 * @throws {Error} when the folder is gone or full.
 */
export function beginFile(folder: string, instance: number, maxFiles: number): OpenFile {
  const numbers = existing(folder, instance);
  for (const number of numbers.slice(0, Math.max(0, numbers.length - maxFiles + 1))) {
    remove(join(folder, nameOf(instance, number)));
  }
  for (let number = (numbers.at(-1) ?? -1) + 1; ; number += 1) {
    const path = join(folder, nameOf(instance, number));
    try {
      return { path, fd: openSync(path, "wx", 0o600) };
    } catch (error) {
      // Another pool was quicker.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** The numbers of an instance's files, the oldest first. */
function existing(folder: string, instance: number): number[] {
  const pattern = new RegExp(`^instance-${instance}(?:\\.([1-9]\\d*))?\\.log$`);
  return readdirSync(folder)
    .map((name) => pattern.exec(name))
    .filter((match) => match !== null)
    .map(([, number = "0"]) => Number(number))
    .sort((one, other) => one - other);
}

function nameOf(instance: number, number: number): string {
  return number === 0 ? `instance-${instance}.log` : `instance-${instance}.${number}.log`;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    // Another pool removed it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
