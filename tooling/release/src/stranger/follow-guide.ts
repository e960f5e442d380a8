import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { shellBlocks } from "../readme/shell-blocks.ts";
import type { LoopbackRegistry } from "../registry/loopback-registry.ts";
import { strangerEnvironment } from "./environment.ts";

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

/** Follows a guide to the letter, in an empty folder: all its shell commands, in one shell. */
export async function followGuide(
  markdown: string,
  registry: LoopbackRegistry,
  npmCache: string,
): Promise<FollowedGuide> {
  const folder: TemporaryFolder = await temporaryFolder();
  const path = join(folder.path, "empty");
  const home = join(folder.path, "home");
  await mkdir(path);
  await mkdir(home);
  const env = await strangerEnvironment(home);
  const result = await execa("sh", ["-eux", "-c", shellBlocks(markdown).join("\n")], {
    cwd: path,
    env: {
      ...env,
      // What a user's own .npmrc would say; all else comes from wherever the machine has it.
      "npm_config_@cluster:registry": registry.url,
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
