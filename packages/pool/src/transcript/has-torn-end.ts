import { closeSync, openSync, readSync, statSync } from "node:fs";

/** Whether a file ends in the middle of a line, as one may whose writer was killed. */
export function hasTornEnd(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.size === 0) return false;
  const last = Buffer.alloc(1);
  try {
    const file = openSync(path, "r");
    readSync(file, last, 0, 1, found.size - 1);
    closeSync(file);
    return last.toString() !== "\n";
  } catch {
    // It cannot be read; whether it can be written is seen when it is.
    return false;
  }
}
