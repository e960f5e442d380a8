import { registerHooks } from "node:module";

const SELF = "@cluster/cli";

/**
 * Lets a configuration import `defineConfig` from `@cluster/cli` where only the command is
 * installed, globally say: what the project itself cannot resolve is ours.
 */
function resolveSelf(): void {
  const entry = import.meta.resolve(SELF);
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== SELF) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        return { url: entry, shortCircuit: true };
      }
    },
  });
}

let selfResolved = false;

/** Imports a user's module; Node's note that its folder has no `"type"` is not for a reader of ours. */
export async function importQuietly(url: string): Promise<Record<string, unknown>> {
  if (!selfResolved) resolveSelf();
  selfResolved = true;
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
