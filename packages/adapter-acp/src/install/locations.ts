import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import envPaths from "env-paths";
import { z } from "zod";
import type { AgentPackage, AgentProfile } from "../profiles/profile.ts";

const Manifest = z.object({
  version: z.string(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});

/** What people call an agent. */
export function agentName({ name, command }: AgentProfile): string {
  return name ?? basename(command);
}

/** The folder that our installations of an agent live in, one folder for each version. */
export function agentFolder(name: string): string {
  return join(envPaths("cluster", { suffix: "" }).cache, "tools", name);
}

/** A program as it is started. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly version: string;
  /** What people know it by. */
  readonly path: string;
}

/**
 * The program of an installed package; `null` where it is not there.
 * @param folder the one with `node_modules` in it
 */
export async function programIn(
  folder: string,
  { name, program }: AgentPackage,
  command: string,
): Promise<Program | null> {
  try {
    const modules = join(folder, "node_modules");
    const { version, bin } = Manifest.parse(
      JSON.parse(await readFile(join(modules, name, "package.json"), "utf8")),
    );
    const script = typeof bin === "string" ? bin : bin?.[command];
    const path = program ? join(modules, program) : join(modules, name, script ?? "");
    if (!(await stat(path)).isFile()) return null;
    // Whatever Node is on PATH may be older than the one that runs this.
    const isScript = /\.[cm]?js$/.test(path);
    return {
      file: isScript ? process.execPath : path,
      args: isScript ? [path] : [],
      version,
      path,
    };
  } catch {
    return null;
  }
}
