import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** The program of a name on a search path, or at an absolute path; null where there is none. */
export async function findProgram(name: string, path: string | undefined): Promise<string | null> {
  if (isAbsolute(name)) return (await isProgram(name)) ? name : null;
  for (const folder of (path ?? "").split(delimiter)) {
    const file = join(folder, name);
    if (folder !== "" && (await isProgram(file))) return file;
  }
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
