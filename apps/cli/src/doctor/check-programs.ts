import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isAtLeast, OLDEST_NODE } from "../exit/node-version.ts";
import { type CheckResult, fail, ok } from "./check.ts";

const run = promisify(execFile);
const OLDEST_GIT = "2.38";

/** Node, which is running this. */
export function checkNode(version: string = process.versions.node): CheckResult {
  if (isAtLeast(version, OLDEST_NODE)) return ok("node", version);
  return fail("node", version, `Install Node ${OLDEST_NODE} or newer from https://nodejs.org.`);
}

/** Git on the PATH, new enough for `merge-tree --write-tree`. */
export async function checkGit(): Promise<CheckResult> {
  const remedy = `Install git ${OLDEST_GIT} or newer from https://git-scm.com.`;
  try {
    const { stdout } = await run("git", ["--version"], { timeout: 10_000 });
    const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0];
    if (version === undefined) return fail("git", stdout.trim(), remedy);
    return isAtLeast(version, OLDEST_GIT) ? ok("git", version) : fail("git", version, remedy);
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? "not on the PATH" : (thrown as Error).message.trim();
    return fail("git", found, remedy);
  }
}
