import { homedir } from "node:os";
import { foundTool } from "../declared/found-tool.ts";
import { definitionFiles } from "../declared/tool-folders.ts";
import type { FoundTool, ToolSource } from "./tool-source.ts";

/**
 * The tools that the files of a folder describe.
 * @param foreign Whether they came with a repository: their programs are started only when they are named.
 */
export function toolFiles(
  folder: string | undefined,
  { foreign = false }: { readonly foreign?: boolean } = {},
): ToolSource {
  let read: Promise<ReadonlyMap<string, FoundTool>> | undefined;
  const all = (): Promise<ReadonlyMap<string, FoundTool>> => (read ??= readAll(folder, foreign));
  return {
    names: async () => [...(await all()).keys()],
    find: async (name) => (await all()).get(name),
  };
}

async function readAll(
  folder: string | undefined,
  foreign: boolean,
): Promise<ReadonlyMap<string, FoundTool>> {
  const files = folder === undefined ? [] : await definitionFiles(folder);
  const found = await Promise.all(files.map((file) => foundTool(file, shortened(file))));
  const tools = new Map<string, FoundTool>();
  // Of two with one name the first counts.
  for (const { name, tool } of found) if (!tools.has(name)) tools.set(name, { ...tool, foreign });
  return tools;
}

function shortened(path: string): string {
  const home = `${homedir()}/`;
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}
