import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { type CheckResult, fail, ok } from "./check.ts";

/** The cache folder, where worktrees and installed tools live, can be written. */
export async function checkCache(
  folder: string = envPaths("cluster", { suffix: "" }).cache,
): Promise<CheckResult> {
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
    return ok("cache folder", folder);
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    return fail(
      "cache folder",
      `${folder}: ${code ?? message}`,
      "Make it writable, or set XDG_CACHE_HOME to a folder that is.",
    );
  }
}
