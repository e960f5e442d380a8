import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder that only its user can look into, with those above it. Node's own recursive `mkdir` asks for
 * ever where a file system says that a folder cannot be there, as `/proc` does.
 */
export function makePrivateFolder(folder: string): void {
  const above = dirname(folder);
  const known = statSync(folder, { throwIfNoEntry: false });
  if (known?.isDirectory()) return;
  if (above !== folder) makePrivateFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
