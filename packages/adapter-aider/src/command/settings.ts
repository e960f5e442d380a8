import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";

/**
 * The main checkout that a folder is a worktree of, or `null` for any other folder. What is not
 * committed, such as `.aider.conf.yml` and `.env`, is only there.
 */
export async function mainCheckoutOf(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  const { stdout, failed } = await execa(
    "git",
    ["rev-parse", "--path-format=absolute", "--git-common-dir", "--git-dir"],
    { cwd: folder, env: environment, extendEnv: false, reject: false },
  );
  const [common = "", own = ""] = stdout?.split("\n") ?? [];
  if (failed || common === own || basename(common) !== ".git") return null;
  return dirname(common);
}

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
