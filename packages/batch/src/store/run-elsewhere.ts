import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { journalIn } from "./places.ts";
import { readRun } from "./read-run.ts";
import { siteFolders } from "./site-folder.ts";

/** Where a run is that this repository does not have, for a message; `""` where there is none of that id. */
export function runElsewhere(site: string, run: string): string {
  if (run === "" || basename(run) !== run) return "";
  for (const other of siteFolders(dirname(site))) {
    const folder = join(other, run);
    if (other === site || !existsSync(journalIn(folder))) continue;
    const root = rootOf(folder);
    const of = root === null ? "another repository" : root;
    if (root !== null && existsSync(root)) return ` There is one of ${of}: look for it there.`;
    const words = [folder, site].map((path) => `'${path.replaceAll("'", "'\\''")}'`);
    const [from, to] = words;
    return ` There is one of ${of}. If that was this repository: mkdir -p ${to} && mv ${from} ${to}/`;
  }
  return "";
}

function rootOf(folder: string): string | null {
  try {
    using reader = readRun(folder);
    return reader.record.root;
  } catch {
    return null;
  }
}
