import { readFileSync } from "node:fs";

/** The version of this package; its package.json is one folder up, in the source and when built. */
export function packageVersion(): string {
  for (const up of ["../package.json", "../../package.json"]) {
    try {
      const found = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (found.name === "@cluster/cli") return found.version ?? "unknown";
    } catch {
      // The other place has it.
    }
  }
  return "unknown";
}
