import { basename, extname } from "node:path";
import { readToolFile } from "./read-tool-file.ts";
import { definitionFiles, userToolsFolder } from "./tool-folders.ts";

/** The user's definitions with a name: in them, or of the file where that cannot be read. */
export async function userToolFiles(name: string): Promise<readonly string[]> {
  const files = await definitionFiles(userToolsFolder());
  const named = await Promise.all(
    files.map(async (file) => {
      // One that cannot be read has no name but its file's.
      const read = await readToolFile(file).catch(() => null);
      return (read?.definition.name ?? basename(file, extname(file))) === name;
    }),
  );
  return files.filter((_, place) => named[place] === true);
}
