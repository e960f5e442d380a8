import { join } from "node:path";
import { foundTool } from "../declared/found-tool.ts";
import type { ToolSource } from "./tool-source.ts";

/** The definitions that come with the pool: they answer, and edit nothing. */
export const SHIPPED_TOOLS: readonly string[] = [
  "bash",
  "bc",
  "exiftool",
  "gdb",
  "node",
  "psql",
  "python",
  "sqlite3",
];

/** Where the tools come from that are shipped as definitions. */
export const SHIPPED = "shipped";

/** Nothing is read before one of them is made. */
export function shippedTools(): ToolSource {
  const tool = async (name: string): ReturnType<typeof foundTool> => {
    const { shippedToolsFolder } = await import("@cluster/pool/declared");
    return await foundTool(join(shippedToolsFolder(), `${name}.json`), SHIPPED);
  };
  return {
    names: async () => SHIPPED_TOOLS,
    async find(name) {
      if (!SHIPPED_TOOLS.includes(name)) return undefined;
      return {
        origin: SHIPPED,
        kind: "text",
        make: async (context) => await (await tool(name)).tool.make(context),
        open: async (options) => {
          const { open } = (await tool(name)).tool;
          if (open === undefined) throw new Error(`${name} cannot be opened.`);
          return await open(options);
        },
      };
    },
  };
}
