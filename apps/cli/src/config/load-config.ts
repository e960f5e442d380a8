import { existsSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { usageError } from "../exit/cli-error.ts";
import type { ToolEntry } from "../tools/tool-entry.ts";
import type { ClusterConfig } from "./config.ts";
import { findProjectFile, findUserFile } from "./find-file.ts";
import { anchorLand, landOf, landText } from "./land.ts";
import { isData, readConfigFile } from "./read-file.ts";
import { validateConfig } from "./validate.ts";

/** The configuration that counts for one folder, with the files that it came from. */
export interface LoadedConfig {
  readonly config: ClusterConfig;
  /** The strongest first. */
  readonly files: readonly string[];
  /** Tools that a repository's own file names: whoever only looks does not start them. */
  readonly foreign: ReadonlySet<string>;
  /** The repository's own file, which is a program, where it was not to be run; `null` where nothing was left out. */
  readonly unread: string | null;
}

/** What {@link loadConfig} looks for. */
export interface LoadConfigOptions {
  /** The folder of the command, absolute. */
  readonly cwd: string;
  /** `--config`: this file, in the place of the project's. */
  readonly file?: string | undefined;
  /** A file that the repository brings is read, and not run. @default false */
  readonly dataOnly?: boolean;
  /** @default the platform's folder for configurations */
  readonly userFolder?: string;
}

/** A path is relative to the file that names it; a bare word is the name of a package or a command. */
function anchored(path: string, folder: string): string {
  return path.startsWith(".") ? resolve(folder, path) : path;
}

function anchoredLand(land: string, folder: string): string {
  const choice = landOf(land);
  return choice === undefined ? land : landText(anchorLand(choice, folder));
}

function anchorTool(entry: ToolEntry, folder: string): ToolEntry {
  if (typeof entry === "string") return anchored(entry, folder);
  if (typeof entry === "object" && "use" in entry && entry.executable !== undefined) {
    return { ...entry, executable: anchored(entry.executable, folder) };
  }
  return entry;
}

function anchorPaths(config: ClusterConfig, folder: string): ClusterConfig {
  return {
    ...config,
    ...(config.read && { read: config.read.map((path) => resolve(folder, path)) }),
    ...(config.land && { land: anchoredLand(config.land, folder) }),
    ...(config.tools && {
      tools: Object.fromEntries(
        Object.entries(config.tools).map(([name, entry]) => [name, anchorTool(entry, folder)]),
      ),
    }),
  };
}

async function loadFile(file: string): Promise<ClusterConfig> {
  return anchorPaths(validateConfig(await readConfigFile(file), file), dirname(file));
}

function withoutAbsent(config: ClusterConfig): ClusterConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** The stronger configuration wins key by key; the tools and prices of both count, by name. */
function mergeConfigs(stronger: ClusterConfig, weaker: ClusterConfig): ClusterConfig {
  return {
    ...withoutAbsent(weaker),
    ...withoutAbsent(stronger),
    tools: { ...weaker.tools, ...stronger.tools },
    ...(weaker.prices && { prices: { ...weaker.prices, ...stronger.prices } }),
  };
}

/** Reads the project's file and the user's own. @throws {CliError} usage, naming the file. */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  let project: string | undefined;
  if (options.file === undefined) {
    project = findProjectFile(options.cwd);
  } else {
    project = isAbsolute(options.file) ? options.file : resolve(options.cwd, options.file);
    if (!existsSync(project)) throw usageError(`--config: there is no file ${project}.`);
  }
  const user = findUserFile(options.userFolder);
  const brought = options.file === undefined ? project : undefined;
  const unread =
    options.dataOnly === true && brought !== undefined && !isData(brought) ? brought : null;
  const files = [project, user]
    .filter((file) => file !== undefined)
    .filter((file) => file !== unread);
  const loaded = await Promise.all(
    files.map(async (file) => [file, await loadFile(file)] as const),
  );
  const [strongest = {}, ...weaker] = loaded.map(([, config]) => config);
  const theirs = loaded.find(([file]) => file === brought)?.[1];
  return {
    config: weaker.reduce(mergeConfigs, strongest),
    files,
    foreign: new Set(Object.keys(theirs?.tools ?? {})),
    unread,
  };
}
