import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

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
    },
  });
}

let providedResolved = false;

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

/** Why a module could not be imported, without the name of this file, which says nothing to a user. */
export function importFailure(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(` imported from ${fileURLToPath(import.meta.url)}`, "");
}
