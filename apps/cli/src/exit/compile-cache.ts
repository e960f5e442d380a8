import module from "node:module";
import { join } from "node:path";
import envPaths from "env-paths";

/**
 * Has Node keep what it compiles in the user's own cache folder, so that the next command need not do it again.
 * Without a folder that can be written, commands take a little longer, and nothing is said.
 */
export function keepCompiledCode(): void {
  module.enableCompileCache?.(join(envPaths("cluster", { suffix: "" }).cache, "compiled"));
}
