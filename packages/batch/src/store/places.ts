import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { BatchError } from "../errors/batch-error.ts";

/** What a run's folder may be called; what git allows in a branch's name is wider. */
const SAFE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
const READABLE_LENGTH = 40;

/** Where this user's state is kept: `$CLUSTER_STATE`, else `cluster` where such folders are by custom. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { CLUSTER_STATE, XDG_STATE_HOME } = environment;
  if (CLUSTER_STATE !== undefined && CLUSTER_STATE !== "") return resolve(CLUSTER_STATE);
  // By its specification a relative path is no value.
  if (XDG_STATE_HOME?.startsWith("/")) return join(XDG_STATE_HOME, "cluster");
  return join(homedir(), ".local", "state", "cluster");
}

/** What the folder of a repository's runs is called: a name for people, and a hash for those with the same. */
export function siteFolderName(commonDir: string): string {
  const name = basename(commonDir) === ".git" ? basename(dirname(commonDir)) : basename(commonDir);
  const readable = name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, READABLE_LENGTH);
  const hash = createHash("sha256").update(commonDir).digest("hex").slice(0, 12);
  return `${readable}-${hash}`;
}

/** @throws {BatchError} OPTION_INVALID when it cannot be a folder's name */
export function requireRunName(run: string): void {
  if (SAFE_NAME.test(run)) return;
  throw new BatchError(
    "OPTION_INVALID",
    "Expected a run's id of at most 100 letters, digits, `.`, `_` and `-`, that does not begin with " +
      `\`.\` or \`-\`, found ${JSON.stringify(run)}.`,
  );
}

/** The journal in a run's folder. */
export function journalIn(folder: string): string {
  return join(folder, "journal.sqlite");
}
