import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalRunStore } from "@cluster/batch";
import { type CheckResult, fail, ok } from "./check.ts";

/** The state folder, where runs are kept, can be written; how much lies there, of all repositories. */
export async function checkState(): Promise<CheckResult> {
  const store = new LocalRunStore();
  const { folder } = store;
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    store.prepare();
    await writeFile(probe, "");
    await rm(probe);
    return ok("state folder", `${folder}, ${await sizeOf(folder)}`);
  } catch (thrown) {
    const { cause = thrown } = thrown as Error;
    const { code, message } = cause as NodeJS.ErrnoException;
    return fail(
      "state folder",
      `${folder}: ${code ?? message}`,
      "Make it writable, or set CLUSTER_STATE to a folder that is.",
    );
  }
}

/** As far as it can be seen: somebody may be at work there. */
async function sizeOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    bytes += found?.size ?? 0;
  }
  return bytes < 1_000_000_000
    ? `${Math.ceil(bytes / 1_000_000)} MB`
    : `${(bytes / 1e9).toFixed(1)} GB`;
}
