import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { python } from "./host.ts";

const VERSION = "24.10.0";
const run = promisify(execFile);

/** A virtual environment with black, in the user's cache: made with the first test that asks. */
export async function blackEnvironment(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cluster-tests");
  const { stdout } = await run(python, ["-c", "import platform; print(platform.python_version())"]);
  const folder = join(cache, `black-${VERSION}-python-${stdout.trim()}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "black-"));
  try {
    await run(python, ["-m", "venv", draft]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(draft, "bin", "python"), [...pip, `black==${VERSION}`]);
    // Whoever comes second finds it there, and throws its own away.
    await rename(draft, folder).catch(() => {});
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
