import { join } from "node:path";
import { execa } from "execa";

/** Builds what is published; what has been built before and has not changed is taken from the cache. */
export async function buildPackages(root: string): Promise<void> {
  await execa(
    join(root, "node_modules", ".bin", "turbo"),
    ["run", "build", "--output-logs=errors-only"],
    {
      cwd: root,
      env: { TURBO_TELEMETRY_DISABLED: "1" },
      all: true,
    },
  );
}
