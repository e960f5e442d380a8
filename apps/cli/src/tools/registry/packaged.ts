import { importFailure, importFrom } from "../../config/import-module.ts";
import { usageError } from "../../exit/cli-error.ts";
import type { AgentAdapter, ToolFactory } from "../tool-entry.ts";
import { defaultExport, fromFactory } from "./exported-tool.ts";
import { type InstalledPackage, installedNames, installedPackage } from "./installed-packages.ts";
import { ownPoolVersion } from "./own-pool.ts";
import { isAdapterPackage, packageOf, toolOf } from "./package-name.ts";
import { isSameMajor } from "./same-major.ts";
import type { ToolSource } from "./tool-source.ts";

/**
 * What the package of an adapter gives. Its code runs from here on.
 * @throws {CliError} usage, when it is made for another pool, cannot be imported, or exports no adapter
 */
export async function importPackage(found: InstalledPackage): Promise<AgentAdapter | ToolFactory> {
  const { name, version, folder, poolRange } = found;
  const own = ownPoolVersion();
  if (poolRange !== null && !isSameMajor(poolRange, own)) {
    throw usageError(
      `${name}@${version} works with @cluster/pool ${poolRange}, and this is ${own}.`,
      `Install a version of ${name} for it, or the cluster that it was made for.`,
    );
  }
  let loaded: Record<string, unknown>;
  try {
    loaded = await importFrom(name, folder);
  } catch (cause) {
    throw usageError(
      `The package ${name} (${folder}) cannot be loaded: ${await importFailure(cause)}`,
      cause instanceof SyntaxError
        ? "Mend it, or tell its author."
        : "It may be half installed, or broken: install it anew, or tell its author.",
      cause,
    );
  }
  return defaultExport(loaded, `The package ${name}`, folder);
}

/** The tools of packages that are installed beside the project, or beside this program. */
export function packagedTools(cwd: string): ToolSource {
  return {
    names: async () => (await installedNames(cwd, isAdapterPackage)).map(toolOf),
    async find(name) {
      if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) return undefined;
      const found = await installedPackage(packageOf(name), cwd);
      if (found === undefined) return undefined;
      return {
        origin: `package ${found.name}@${found.version}`,
        kind: "agent",
        foreign: true,
        async make(context) {
          const made = await importPackage(found);
          const from = `The package ${found.name}`;
          if (typeof made === "function") return await fromFactory(from, made, context);
          if (context.args.length === 0) return made;
          throw usageError(
            `The tool ${name} takes no raw arguments: ${found.name} exports an adapter that is already made.`,
            "Its author can export a function that returns one; it gets { args }.",
          );
        },
      };
    },
  };
}
