import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** All executables of a name on a search path, in its order. */
export async function which(name: string, path: string | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const folder of (path ?? "").split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, name);
    if (await isExecutable(file)) found.push(file);
  }
  return found;
}

/** Whether a path is a file that may be executed. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
