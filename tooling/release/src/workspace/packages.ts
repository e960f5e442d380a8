import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A member of the workspace. */
export interface WorkspacePackage {
  readonly name: string;
  /** Its folder, absolute. */
  readonly folder: string;
  /** Never published. */
  readonly isPrivate: boolean;
}

/** Every package and app of a workspace, and its tooling, in the order of their folders. */
export async function workspacePackages(root: string): Promise<WorkspacePackage[]> {
  const found: WorkspacePackage[] = [];
  for (const group of ["packages", "apps", "tooling"]) {
    for (const entry of (await readdir(join(root, group))).sort()) {
      const folder = join(root, group, entry);
      if (!existsSync(join(folder, "package.json"))) continue;
      const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
      found.push({ name: manifest.name, folder, isPrivate: manifest.private === true });
    }
  }
  return found;
}
