import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { record } from "../proof/usage.ts";

/** The npm package that a program is part of; null where it is of none. */
export async function packageOf(path: string): Promise<{ name: string; version: string } | null> {
  let folder = dirname(await realpath(path).catch(() => path));
  for (;;) {
    try {
      const found = record(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
      const { name, version } = found;
      if (typeof name === "string" && typeof version === "string") return { name, version };
    } catch {
      // Further up, perhaps.
    }
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}
