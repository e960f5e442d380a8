import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AgentProfile } from "../profiles/profile.ts";

/**
 * What shows that somebody has logged in: the name of a variable or of a file. Null where nothing does;
 * undefined where that cannot be known. A provider in the agent's own settings shows in neither.
 */
export async function loginOf(
  { login }: AgentProfile,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null | undefined> {
  if (login === undefined) return undefined;
  const variable = login.variables.find((name) => environment[name]);
  if (variable !== undefined) return variable;
  for (const file of login.files) {
    const path = join(environment.HOME ?? homedir(), file);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return `~/${file}`;
  }
  return null;
}
