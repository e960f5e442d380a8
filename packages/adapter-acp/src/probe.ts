import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ToolProbe } from "@cluster/pool";
import type { AgentProfile } from "./profiles/profile.ts";
import { record } from "./proof/usage.ts";

/** Looks at an installed program, without starting it: agents take seconds, and some log in. */
export async function probeProgram(path: string, profile: AgentProfile): Promise<ToolProbe> {
  const found = await packageOf(path);
  const version = found?.version ?? "unknown";
  const tested = profile.package;
  if (tested === undefined || found === null || found.name !== tested.name) {
    return { installed: true, version, path };
  }
  if (version === tested.version) return { installed: true, version, path };
  const warning = `Tested with ${tested.name} ${tested.version}; this is ${version}.`;
  return { installed: true, version, path, warning };
}

/** What the user does about an agent that is not there. */
export function remedyFor(profile: AgentProfile): string {
  const { package: source, command } = profile;
  if (source === undefined) return `Install ${command}, or name its program with executable.`;
  return `Install it: npm install --global ${source.name}@${source.version}`;
}

/** The npm package that a program is part of; null where it is of none. */
async function packageOf(path: string): Promise<{ name: string; version: string } | null> {
  let folder = dirname(await realpath(path).catch(() => path));
  for (;;) {
    try {
      const found = record(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
      const { name, version } = found;
      if (typeof name === "string" && typeof version === "string") return { name, version };
    } catch {
      // Further up, perhaps.
    }
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}
