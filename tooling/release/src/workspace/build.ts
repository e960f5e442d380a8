import { pnpm } from "./pnpm.ts";

/** Builds what is published; what has been built before and has not changed is taken from the cache. */
export async function buildPackages(root: string): Promise<void> {
  await pnpm(root, ["exec", "turbo", "run", "build", "--output-logs=errors-only"]);
}
