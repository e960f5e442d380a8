import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { PoolError } from "../errors/pool-error.ts";
import type { ToolDefinition } from "./definition.ts";

/** The folder of the definitions that come with this package, one JSON file for each tool. */
export function shippedToolsFolder(): string {
  const own = createRequire(import.meta.url).resolve("@cluster/pool/package.json");
  return join(dirname(own), "tools");
}

/**
 * A definition that comes with this package, such as `python`, `sqlite3` or `exiftool`: to be used as it
 * is, or as the beginning of one's own.
 * @throws {PoolError} OPTION_INVALID when there is none of this name
 */
export async function shippedTool(name: string): Promise<ToolDefinition> {
  try {
    const file = join(shippedToolsFolder(), `${basename(name)}.json`);
    return JSON.parse(await readFile(file, "utf8")) as ToolDefinition;
  } catch (cause) {
    throw new PoolError(
      "OPTION_INVALID",
      `shippedTool: expected the name of a file of ${shippedToolsFolder()}, found ${JSON.stringify(name)}.`,
      { cause },
    );
  }
}
