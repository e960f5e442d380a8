import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { patchBetween } from "./compare.ts";
import type { Contents } from "./contents.ts";
import type { Edit } from "./record.ts";

/**
 * Writes an edit where the user can look at it: `edit.patch`, and under `files` what its files became.
 * @param folder of all edits that are kept
 * @param name its folder there; a number is added when that is taken
 */
export async function keepEdit(
  folder: string,
  name: string,
  { before, after }: Edit,
  contents: Contents,
): Promise<string> {
  const where = await freshFolder(folder, fileName(name));
  await writeFile(join(where, "edit.patch"), await patchBetween(before, after, contents));
  for (const [path, entry] of Object.entries(after)) {
    const copy = join(where, "files", path);
    await mkdir(dirname(copy), { recursive: true });
    if (entry.kind === "file") await writeFile(copy, await contents.read(entry.content));
    if (entry.kind === "link") await symlink(entry.target, copy);
  }
  return where;
}

async function freshFolder(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let ordinal = 1; ; ordinal += 1) {
    const where = join(folder, ordinal === 1 ? name : `${name}-${ordinal}`);
    try {
      await mkdir(where);
      return where;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function fileName(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9_-]/g, (odd) => encodeURIComponent(odd).replaceAll("%", "="))
    .slice(0, 200);
}
