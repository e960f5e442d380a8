import type { Git } from "../git/git.ts";

/** How this repository wants its loose objects written. */
export interface LooseSettings {
  /** For zlib, -1 to 9. */
  readonly level: number;
  /** Whether an object is to be on the disk before anything may build on it. */
  readonly sync: boolean;
}

/** What git's repositories may have switched on without any consequence for a loose object. */
const HARMLESS: ReadonlySet<string> = new Set([
  "extensions.noop",
  "extensions.noop-v1",
  "extensions.objectformat",
  "extensions.partialclone",
  "extensions.preciousobjects",
  "extensions.refstorage",
  "extensions.relativeworktrees",
  "extensions.worktreeconfig",
]);

/** Of `core.sharedRepository`: permissions are the user's own. */
const UNSHARED: ReadonlySet<string> = new Set(["umask", "false", "no", "off", "0"]);

/** What git does where nothing is configured. */
const FASTEST = 1;

/**
 * Reads it from the configuration. `null` where objects are written in a way that only git knows: for others
 * to write to as well, or with an extension that this program has not heard of.
 */
export async function readLooseSettings(git: Git): Promise<LooseSettings | null> {
  const names =
    "^(core\\.(fsync|fsyncobjectfiles|sharedrepository|(loose)?compression)|extensions\\.)";
  const { stdout } = await git.run(["config", "-z", "--get-regexp", names], { answers: [1] });
  const settings = new Map<string, string>();
  for (const entry of stdout.split("\0")) {
    const [name = "", ...value] = entry.split("\n");
    // A name without a value is a yes.
    if (name !== "") settings.set(name, value.length === 0 ? "true" : value.join("\n"));
  }
  for (const name of settings.keys()) {
    if (name.startsWith("extensions.") && !HARMLESS.has(name)) return null;
  }
  if (!UNSHARED.has((settings.get("core.sharedrepository") ?? "umask").toLowerCase())) return null;
  const level = Number(
    settings.get("core.loosecompression") ?? settings.get("core.compression") ?? FASTEST,
  );
  if (!Number.isInteger(level) || level < -1 || level > 9) return null;
  return { level, sync: isSynced(settings) };
}

/** Rather too often than not: whoever has named what is to be on the disk does not want less than git does. */
function isSynced(settings: ReadonlyMap<string, string>): boolean {
  const files = settings.get("core.fsyncobjectfiles") ?? "false";
  if (!/^(false|no|off|0|)$/i.test(files)) return true;
  return !/^(none)?$/.test(settings.get("core.fsync") ?? "") || process.platform === "win32";
}
