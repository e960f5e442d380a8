import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { usageError } from "../exit/cli-error.ts";

const ENDINGS = ["ts", "mts", "js", "mjs", "json", "yaml", "yml"] as const;

/** The one file `<base>.<ending>` of a folder. Two are a contradiction. */
function oneOf(folder: string, base: string): string | undefined {
  const found = ENDINGS.map((ending) => `${base}.${ending}`).filter((name) =>
    existsSync(join(folder, name)),
  );
  if (found.length > 1) {
    throw usageError(`${folder} has ${found.join(" and ")}.`, "Keep one of them.");
  }
  return found[0] === undefined ? undefined : join(folder, found[0]);
}

/** The project's file: that of `cwd`, or of the nearest folder above it, up to the repository's root. */
export function findProjectFile(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = oneOf(folder, "cluster.config");
    if (file !== undefined) return file;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}

/** The user's own file, `config.{ts,…}` in the configuration folder of the platform. */
export function findUserFile(folder: string = userFolder()): string | undefined {
  return oneOf(folder, "config");
}

/** The folder of the user's own configuration, such as `~/.config/cluster`. */
function userFolder(): string {
  return envPaths("cluster", { suffix: "" }).config;
}
