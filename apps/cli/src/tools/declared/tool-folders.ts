import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import envPaths from "env-paths";

const ENDINGS = new Set([".json", ".yaml", ".yml"]);

/** The folder of the user's own tools, such as `~/.config/cluster/tools`. */
export function userToolsFolder(): string {
  return join(envPaths("cluster", { suffix: "" }).config, "tools");
}

/** The nearest `.cluster/tools` from a folder upwards, up to the repository's root. */
export function projectToolsFolder(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const tools = join(folder, ".cluster", "tools");
    if (existsSync(tools)) return tools;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}

/** The definitions in a folder, sorted; none when there is no such folder. */
export async function definitionFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((name) => ENDINGS.has(extname(name)))
    .sort()
    .map((name) => join(folder, name));
}
