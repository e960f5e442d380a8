import { access } from "node:fs/promises";
import { join } from "node:path";

const FILES = [
  ["--config", ".aider.conf.yml"],
  ["--env-file", ".env"],
  ["--model-settings-file", ".aider.model.settings.yml"],
  ["--model-metadata-file", ".aider.model.metadata.json"],
] as const;

/** Arguments that make aider's own command line read the main checkout's settings too. */
export async function settingsArguments(checkout: string, worktree: string): Promise<string[]> {
  const found: string[] = [];
  for (const [flag, name] of FILES) {
    const there = join(checkout, name);
    if (await isThere(join(worktree, name))) continue;
    if (await isThere(there)) found.push(flag, there);
  }
  return found;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
