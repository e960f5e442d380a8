import { rm } from "node:fs/promises";
import { workingFolder } from "../command/working-folder.ts";
import { loadConfig } from "../config/load-config.ts";
import { nearest } from "../config/nearest.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { userToolsFolder } from "./declared/tool-folders.ts";
import { userToolFiles } from "./declared/user-tool-files.ts";
import { toolRegistry } from "./registry/registry.ts";
import { toolFiles } from "./registry/tool-files.ts";

/** The flags of `cluster tools remove`. */
export interface RemoveFlags {
  readonly cwd?: string;
}

/**
 * `cluster tools remove`: takes away what `tools add` has put into the user's folder, and nothing else.
 * @throws {CliError} usage, when no tool of that name was added, with where it comes from if there is one
 */
export async function removeTool(name: string, flags: RemoveFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const files = await userToolFiles(name);
  if (files.length === 0) throw await notAdded(name, cwd);
  for (const file of files) {
    await rm(file);
    process.stdout.write(`Removed ${name}: ${file}\n`);
  }
  return "done";
}

async function notAdded(name: string, cwd: string): Promise<Error> {
  const { config } = await loadConfig({ cwd, dataOnly: true });
  const found = await toolRegistry({ config, cwd }).find(name);
  if (found !== undefined) {
    return usageError(
      `The tool ${name} was not added by cluster tools add: it comes from elsewhere (${found.origin}).`,
    );
  }
  const folder = userToolsFolder();
  const added = await toolFiles(folder).names();
  const meant = nearest(name, added);
  return usageError(
    `No tool "${name}" was added.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`,
    added.length === 0
      ? `None has been: they would be in ${folder}.`
      : `Added were: ${added.join(", ")} (${folder}).`,
  );
}
