import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import { mainCheckoutOf } from "../command/main-checkout.ts";

/** Where aider's settings come from, besides its arguments. */
export interface SettingsPlace {
  /** The folder that aider works in. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The user's settings of aider, as far as they decide what a model costs, and whether there is one. */
export interface UserSettings {
  /** The environment, and what `.env` files add to it and put in its place. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** All values of a setting, by its long name: those of the strongest source that has it. */
  values(name: string): readonly string[];
  /** Files of a name that aider looks for by itself, the weakest first. */
  files(name: string): readonly string[];
}

/** Reads them as aider does: arguments, then variables and `.env`, then `.aider.conf.yml`. */
export async function readUserSettings(
  args: readonly string[],
  { folder, environment }: SettingsPlace,
): Promise<UserSettings> {
  const home = environment.HOME ?? homedir();
  const root = (await mainCheckoutOf(folder)) ?? (await repositoryOf(folder));
  const folders = [...new Set([home, ...(root === null ? [] : [root]), resolve(folder)])];
  const files = (name: string): string[] => folders.map((place) => join(place, name));
  const variables = { ...environment };
  for (const file of [...files(".env"), ...ofArguments(args, "env-file")]) {
    Object.assign(variables, parseEnv(await textOf(file)));
  }
  const named = ofArguments(args, "config");
  const configurations: Record<string, unknown>[] = [];
  for (const file of named.length > 0 ? named : files(".aider.conf.yml").reverse()) {
    configurations.push(mapping(await textOf(file)));
  }
  return {
    variables,
    files,
    values(name) {
      const given = ofArguments(args, name);
      if (given.length > 0) return given;
      const variable = variables[`AIDER_${name.toUpperCase().replaceAll("-", "_")}`];
      if (variable) return [variable];
      const found = configurations.find((configuration) => configuration[name] != null);
      const value = found?.[name];
      return (Array.isArray(value) ? value : value == null ? [] : [value]).map(String);
    },
  };
}

function ofArguments(args: readonly string[], name: string): string[] {
  const flag = `--${name}`;
  return args.flatMap((arg, i) => {
    if (arg.startsWith(`${flag}=`)) return [arg.slice(flag.length + 1)];
    const next = args[i + 1];
    return arg === flag && next !== undefined ? [next] : [];
  });
}

async function repositoryOf(folder: string): Promise<string | null> {
  const here = resolve(folder);
  // `HEAD` of a repository, or the file that leads a worktree to its own.
  const isRoot = (await textOf(join(here, ".git", "HEAD"))) || (await textOf(join(here, ".git")));
  if (isRoot !== "") return here;
  const parent = dirname(here);
  return parent === here ? null : repositoryOf(parent);
}

function mapping(text: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // aider itself refuses to start with it, and says so.
    return {};
  }
}

function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
