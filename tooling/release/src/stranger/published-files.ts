import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative, sep } from "node:path";
import { workspaceRoot } from "../workspace/root.ts";

/** The files of an installed package, relative, with `/`, sorted; not what npm nested in it. */
export async function publishedFiles(installed: string): Promise<string[]> {
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(installed, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => !file.startsWith("node_modules/"))
    .sort();
}

/** Those of the files that name a folder of this machine: the workspace, or the user's home. */
export async function filesWithMachinePaths(
  installed: string,
  files: readonly string[],
): Promise<string[]> {
  const home = `${homedir()}/`;
  const folders = [workspaceRoot, ...(home.length > 2 ? [home] : [])];
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(join(installed, file), "latin1");
    if (folders.some((folder) => text.includes(folder))) found.push(file);
  }
  return found;
}
