import { basename, extname } from "node:path";
import { readToolFile } from "./read-tool-file.ts";
import { definitionFiles, userToolsFolder } from "./tool-folders.ts";

/** The user's definitions with a name: of the file, or in it. */
export async function userToolFiles(name: string): Promise<readonly string[]> {
  const files = await definitionFiles(userToolsFolder());
  const named = await Promise.all(
    files.map(async (file) => {
      if (basename(file, extname(file)) === name) return true;
      const read = await readToolFile(file).catch(() => null);
      return read?.definition.name === name;
    }),
  );
  return files.filter((_, place) => named[place] === true);
}
