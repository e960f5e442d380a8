import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProcessSpec } from "../../contract/process-host.ts";

/** Where the system looks when there is no PATH. */
const DEFAULT_PATH = "/usr/bin:/bin";
/** No system takes less; only what is longer is tried out. */
const SURELY_SHORT = 100_000;

/**
 * Finds out before the fork what could not be told after it: behind a terminal, an executable that is
 * missing is only a shell that exits with 127.
 *
 * @throws {Error} with the code that a start on pipes has: ENOENT, EACCES, E2BIG, ERR_INVALID_ARG_VALUE.
 */
export async function checkCommand(spec: ProcessSpec): Promise<void> {
  const texts = [spec.file, spec.cwd, ...spec.args, ...Object.entries(spec.env).flat()];
  if (texts.some((text) => text.includes("\0"))) {
    throw failure(
      "ERR_INVALID_ARG_VALUE",
      "its arguments and environment must be without null bytes",
    );
  }
  await checkExecutable(spec);
  if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > SURELY_SHORT) {
    await checkLength(spec);
  }
}

async function checkExecutable({ file, cwd, env }: ProcessSpec): Promise<void> {
  // The same words as for the file, as from the kernel; whoever explains it looks at the folder.
  const place = await stat(cwd).catch(() => null);
  if (place?.isDirectory() !== true) throw failure("ENOENT", `spawn ${file} ENOENT`);
  const folders = file.includes("/") ? [cwd] : (env.PATH ?? DEFAULT_PATH).split(":");
  let code = "ENOENT";
  for (const folder of folders) {
    const path = resolve(cwd, folder, file);
    try {
      if (!(await stat(path)).isFile()) throw failure("EACCES", `${path} is no file`);
      await access(path, constants.X_OK);
      return;
    } catch (error) {
      // As execvp does: one that may not be executed does not end the search, and is remembered.
      if ((error as NodeJS.ErrnoException).code === "EACCES") code = "EACCES";
    }
  }
  throw failure(code, `spawn ${file} ${code}`);
}

/** Only the system knows its limits: a shell that does nothing gets the same arguments. */
async function checkLength({ args, env, cwd }: ProcessSpec): Promise<void> {
  const trial = spawn("/bin/sh", ["-c", ":", ...args], { cwd, env: { ...env }, stdio: "ignore" });
  await once(trial, "spawn");
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
