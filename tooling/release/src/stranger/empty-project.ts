import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import type { LoopbackRegistry } from "../registry/loopback-registry.ts";
import { machineEnvironment } from "./environment.ts";

/** A project that was empty until one package was installed in it. */
export interface EmptyProject extends AsyncDisposable {
  readonly path: string;
  /** Around the project and the home folder; gone when disposed of. */
  readonly root: string;
  /** An empty home folder beside it. */
  readonly home: string;
  /** Where the package was unpacked, exactly as it was published. */
  readonly installed: string;
  /** Where npm took each package of `@cluster` from, by its folder. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Installs one package with plain npm. `@cluster` comes from the registry, all else from npm's own. */
export async function installAlone(
  name: string,
  registry: LoopbackRegistry,
  npmCache: string,
): Promise<EmptyProject> {
  const folder = await temporaryFolder();
  const path = join(folder.path, "project");
  const home = join(folder.path, "home");
  await mkdir(path);
  await mkdir(home);
  const manifest = { name: "empty-project", private: true, type: "module" };
  await writeFile(join(path, "package.json"), JSON.stringify(manifest));
  await writeFile(join(path, ".npmrc"), `@cluster:registry=${registry.url}\n`);
  // A machine may be configured to leave out of the lock file where each package came from.
  const lockFile = ["--package-lock", "--no-omit-lockfile-registry-resolved"];
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier"];
  await execa("npm", ["install", ...lockFile, ...quiet, "--cache", npmCache, name], {
    cwd: path,
    env: machineEnvironment(),
    extendEnv: false,
    all: true,
  });
  return {
    path,
    root: folder.path,
    home,
    installed: join(path, "node_modules", name),
    sources: await clusterSources(path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function clusterSources(project: string): Promise<Record<string, string>> {
  const lock = JSON.parse(await readFile(join(project, "package-lock.json"), "utf8"));
  const entries = Object.entries<{ resolved?: string }>(lock.packages);
  return Object.fromEntries(
    entries
      .filter(([folder]) => folder.startsWith("node_modules/@cluster/"))
      .map(([folder, { resolved = "" }]) => [folder, resolved]),
  );
}
