import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { z } from "zod";
import { AIDER_VERSION } from "./version.ts";

const Marker = z.object({ aider: z.string(), venv: z.string() });

/** The folder that our own installation of this version lives in. */
export function installationFolder(): string {
  return join(envPaths("cluster", { suffix: "" }).cache, "tools", "aider", AIDER_VERSION);
}

/** Where a virtual environment keeps a program. */
export function programIn(venv: string, name: string): string {
  return join(venv, "bin", name);
}

/** The environment of a finished installation; `null` while there is none. */
export async function installedVenv(folder: string): Promise<string | null> {
  try {
    const marker = Marker.parse(JSON.parse(await readFile(markerFile(folder), "utf8")));
    return join(folder, marker.venv);
  } catch {
    return null;
  }
}

/** Says that an installation is finished: all at once, and last. */
export async function markInstalled(folder: string, venv: string): Promise<void> {
  const draft = `${markerFile(folder)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ aider: AIDER_VERSION, venv })}\n`);
  await rename(draft, markerFile(folder));
}

function markerFile(folder: string): string {
  return join(folder, "installed.json");
}
