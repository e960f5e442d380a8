import type { ClusterConfig } from "../../config/config.ts";
import { projectToolsFolder, userToolsFolder } from "../declared/tool-folders.ts";
import { builtInTools } from "./built-in.ts";
import { configuredTools } from "./configured.ts";
import { packagedTools } from "./packaged.ts";
import { shippedTools } from "./shipped.ts";
import { toolFiles } from "./tool-files.ts";
import type { FoundTool, ToolSource } from "./tool-source.ts";

/** The folder that a command works in, and what its configuration says. */
export interface RegistryOptions {
  readonly config: ClusterConfig;
  readonly cwd: string;
}

/** Every tool that there is, by name. Of two with one name the first source's counts. */
export interface ToolRegistry {
  /** In the order of their sources. */
  names(): Promise<readonly string[]>;
  /** Those of them that edit files. */
  agents(): Promise<readonly string[]>;
  find(name: string): Promise<FoundTool | undefined>;
}

/** Asks several sources in their order. */
function registryOf(sources: readonly ToolSource[]): ToolRegistry {
  const names = async (): Promise<readonly string[]> => {
    const all = await Promise.all(sources.map((source) => source.names()));
    return [...new Set(all.flat())];
  };
  const find = async (name: string): Promise<FoundTool | undefined> => {
    for (const source of sources) {
      const found = await source.find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    names,
    find,
    async agents() {
      const all = await names();
      const found = await Promise.all(all.map(find));
      return all.filter((_, place) => found[place]?.kind === "agent");
    },
  };
}

/**
 * The tools of a command: of its configuration, those that come with cluster, the files of the user and of
 * the project, and packages. So no file that a repository brings takes the place of a tool that all know, or
 * of one that the user has added.
 */
export function toolRegistry({ config, cwd }: RegistryOptions): ToolRegistry {
  return registryOf([
    configuredTools(config),
    builtInTools(),
    shippedTools(),
    toolFiles(userToolsFolder()),
    toolFiles(projectToolsFolder(cwd), { foreign: true }),
    packagedTools(cwd),
  ]);
}
