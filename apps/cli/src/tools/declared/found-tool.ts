import { basename, dirname, extname } from "node:path";
import type { FoundTool } from "../registry/tool-source.ts";
import type { AgentAdapter } from "../tool-entry.ts";

/** A definition's file as a tool, by its name. A broken one has a name too: that of its file. */
export async function foundTool(
  file: string,
  origin: string,
): Promise<{ readonly name: string; readonly tool: FoundTool }> {
  // Loaded only where there is a file: it brings the schema, and YAML.
  const { readToolFile } = await import("./read-tool-file.ts");
  const { declaredTool } = await import("@cluster/pool/declared");
  try {
    const { definition } = await readToolFile(file);
    const open: NonNullable<FoundTool["open"]> = async ({ args, trace }) =>
      declaredTool<unknown, unknown>(definition, {
        folder: dirname(file),
        arguments: args,
        ...(trace && { trace }),
      });
    return {
      name: definition.name,
      tool: {
        origin,
        kind: definition.kind ?? "text",
        make: async ({ args }) => (await open({ args })) as AgentAdapter,
        open,
      },
    };
  } catch (broken) {
    const make = async (): Promise<never> => {
      throw broken;
    };
    const name = basename(file, extname(file));
    return { name, tool: { origin, kind: "agent", make, open: make } };
  }
}
