import { type ResolveHookSync, registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeFailure } from "./import-failure.ts";

/**
 * What the command brings along, each with a package of ours that depends on it: where dependencies
 * are isolated, nobody else finds it.
 */
const PROVIDED: ReadonlyMap<string, string> = new Map([
  ["@cluster/cli", "@cluster/cli"],
  ["@cluster/batch", "@cluster/cli"],
  ["@cluster/adapter-aider", "@cluster/cli"],
  ["@cluster/manager", "@cluster/batch"],
  ["@cluster/pool", "@cluster/adapter-aider"],
]);

/**
 * Lets a configuration or an adapter import our packages where only the command is installed,
 * globally say: what the project itself cannot resolve comes from the command's own dependencies.
 */
function resolveProvided(): void {
  const parents = new Map(
    [...PROVIDED].map(([name, holder]) => [name, import.meta.resolve(holder)]),
  );
  registerHooks({
    resolve(specifier, context, next) {
      const found = resolveOne(specifier, context, next);
      if (found.url.startsWith("file:")) lookedUp.add(found.url);
      return found;
    },
  });
  const resolveOne: ResolveHookSync = (specifier, context, next) => {
    if (specifier.startsWith(FROM)) {
      const [parent = "", name = ""] = specifier.slice(FROM.length).split(/:(.*)/);
      return next(name, { ...context, parentURL: decodeURIComponent(parent) });
    }
    const parentURL = parents.get(specifier);
    if (parentURL === undefined) return next(specifier, context);
    // One pool for all: what one copy changes (hooks, ledgers, hosts) another would not know of.
    if (specifier === "@cluster/pool") return next(specifier, { ...context, parentURL });
    try {
      return next(specifier, context);
    } catch {
      return next(specifier, { ...context, parentURL });
    }
  };
}

let providedResolved = false;

/** The files of users' modules, newest last. */
const lookedUp = new Set<string>();

/** Imports a user's module; Node's note that its folder has no `"type"` is not for a reader of ours. */
export async function importQuietly(url: string): Promise<Record<string, unknown>> {
  if (!providedResolved) resolveProvided();
  providedResolved = true;
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const [options] = rest;
    const code = typeof options === "object" ? (options as { code?: string }).code : rest[1];
    if (code === "MODULE_TYPELESS_PACKAGE_JSON") return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return (await import(url)) as Record<string, unknown>;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The prefix of what {@link importFrom} asks for. */
const FROM = "cluster-from:";

/** Imports what a module of that folder would get by this name. */
export async function importFrom(name: string, folder: string): Promise<Record<string, unknown>> {
  const parentURL = pathToFileURL(join(folder, "package.json")).href;
  return await importQuietly(`${FROM}${encodeURIComponent(parentURL)}:${name}`);
}

/** Why a module could not be imported; of a mistake in its text, the file and the line too. */
export async function importFailure(thrown: unknown): Promise<string> {
  return await describeFailure(thrown, fileURLToPath(import.meta.url), [...lookedUp]);
}
