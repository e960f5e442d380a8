import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** The version of `@cluster/pool` that runs the tools of this command. */
export function ownPoolVersion(): string {
  // Where dependencies are isolated only a package that depends on it finds it.
  const file = findPackageJSON("@cluster/pool", import.meta.resolve("@cluster/adapter-aider"));
  return JSON.parse(readFileSync(file as string, "utf8")).version;
}
