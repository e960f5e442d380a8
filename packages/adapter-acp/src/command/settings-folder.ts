import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";

/**
 * The private folder for an agent's settings files. Never the user's own; named for what is in the
 * files, so that any number of programs can share it, and none has to tidy up.
 */
export function settingsFolder(agent: string, contents: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 16);
  return join(envPaths("cluster", { suffix: "" }).cache, "agents", agent, hash);
}

/** Writes the files that are not there, or not as they should be: each all at once. */
export async function writeSettings(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, contents] of Object.entries(files)) {
    const file = join(folder, name);
    if ((await readFile(file, "utf8").catch(() => null)) === contents) continue;
    // Several instances start at once.
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, contents, { mode: 0o600 });
    await rename(draft, file);
  }
}
