import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A package in a `node_modules`, of which nothing has been run. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Its own folder, absolute. */
  readonly folder: string;
  /** The range of `@cluster/pool` that it works with; null when it names none. */
  readonly poolRange: string | null;
}

/** Where packages are looked for: from the folder upwards, then where this program itself is installed. */
function modulesFolders(cwd: string): readonly string[] {
  return [...upwards(cwd), ...upwards(dirname(fileURLToPath(import.meta.url)))];
}

function upwards(folder: string): readonly string[] {
  const above = dirname(folder);
  const own = folder.endsWith("node_modules") ? folder : join(folder, "node_modules");
  return above === folder ? [own] : [own, ...upwards(above)];
}

/** A package by its name, as the folder would get it; undefined when it is not there. */
export async function installedPackage(
  name: string,
  cwd: string,
): Promise<InstalledPackage | undefined> {
  for (const modules of modulesFolders(cwd)) {
    const found = await readPackage(join(modules, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The names of packages in the `node_modules` of a folder, of those above it, and beside this program. */
export async function installedNames(
  cwd: string,
  isWanted: (name: string) => boolean,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const modules of modulesFolders(cwd)) {
    const entries = await entriesOf(modules);
    const scoped = await Promise.all(
      entries
        .filter((entry) => entry.startsWith("@"))
        .map(async (scope) => (await entriesOf(join(modules, scope))).map((n) => `${scope}/${n}`)),
    );
    for (const name of [...entries, ...scoped.flat()]) if (isWanted(name)) names.add(name);
  }
  return [...names].sort();
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  // Most of the folders on the way up have none.
  return await readdir(folder).catch(() => []);
}

async function readPackage(folder: string): Promise<InstalledPackage | undefined> {
  let manifest: Partial<Record<string, unknown>>;
  try {
    manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
  const { name, version } = manifest;
  const peers = (manifest.peerDependencies ?? {}) as Readonly<Record<string, unknown>>;
  const range = peers["@cluster/pool"];
  return {
    name: String(name),
    version: typeof version === "string" ? version : "0.0.0",
    folder,
    poolRange: typeof range === "string" ? range : null,
  };
}
