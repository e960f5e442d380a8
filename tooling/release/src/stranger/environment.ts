import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { workspaceRoot } from "../workspace/root.ts";

// What pnpm, npm, vitest and an earlier test leave in the environment.
const OURS =
  /^(npm_(package|lifecycle|config_local_prefix|config_userconfig)|PNPM_|VITEST|NODE_(ENV|OPTIONS|PATH)$|CLUSTER_|XDG_|GIT_|INIT_CWD)/i;

/**
 * The environment of a person who has never seen this workspace: Node and the machine's programs on
 * PATH, nothing of ours, a home folder in which git knows who they are, and the machine's cache.
 */
export async function strangerEnvironment(home: string): Promise<Record<string, string>> {
  const identity = "[user]\n\tname = A Stranger\n\temail = stranger@example.invalid\n";
  await writeFile(join(home, ".gitconfig"), identity);
  const temporary = join(home, "tmp");
  await mkdir(temporary, { recursive: true });
  // An example that installs its tool finds on Linux what was installed before.
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return { ...machineEnvironment(), HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: cache };
}

/** The same with the machine's own home folder, where npm finds its configuration. */
export function machineEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !OURS.test(name)) env[name] = value;
  }
  const path = (process.env.PATH ?? "").split(delimiter);
  const theirs = path.filter((folder) => !`${folder}/`.startsWith(workspaceRoot));
  return { ...env, PATH: [dirname(process.execPath), ...theirs].join(delimiter) };
}
