import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { shellBlocks } from "../readme/shell-blocks.ts";
import type { LoopbackRegistry } from "../registry/loopback-registry.ts";
import { machineEnvironment, strangerEnvironment } from "./environment.ts";

/** How long a guide may take, in milliseconds: it installs packages. */
const GUIDE_TIMEOUT_MS = 400_000;

/** What came of following a guide. */
export interface FollowedGuide extends AsyncDisposable {
  /** The folder that was empty. */
  readonly path: string;
  readonly exitCode: number | undefined;
  /** All that was printed, with each command. */
  readonly all: string;
}

/** Where a guide is followed. */
export interface Circumstances {
  /** Where packages of ours come from. */
  readonly registry: Pick<LoopbackRegistry, "url">;
  readonly npmCache: string;
  /** Variables that the guide speaks of. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Follows a guide to the letter, in an empty folder: all its shell commands, in one shell. */
export async function followGuide(
  markdown: string,
  { registry, npmCache, variables = {} }: Circumstances,
): Promise<FollowedGuide> {
  const folder: TemporaryFolder = await temporaryFolder();
  const path = join(folder.path, "empty");
  const home = join(folder.path, "home");
  await mkdir(path);
  await mkdir(home);
  const env = await strangerEnvironment(home);
  // What a user's own settings would say. A shell drops a variable with an @ in its name.
  const settings = join(folder.path, "npmrc");
  await writeFile(settings, `@cluster:registry=${registry.url}\n`);
  const { stdout: usual } = await execa("npm", ["config", "get", "registry"], {
    env: machineEnvironment(),
    extendEnv: false,
  });
  const result = await execa("sh", ["-eux", "-c", shellBlocks(markdown).join("\n")], {
    cwd: path,
    env: {
      ...env,
      ...variables,
      npm_config_globalconfig: settings,
      npm_config_userconfig: join(homedir(), ".npmrc"),
      npm_config_registry: usual.trim(),
      npm_config_cache: npmCache,
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: GUIDE_TIMEOUT_MS,
  });
  return {
    path,
    exitCode: result.exitCode,
    all: result.all,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
