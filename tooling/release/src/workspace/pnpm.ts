import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** Runs the pnpm that package.json names, which the machine need not have. */
export async function pnpm(root: string, args: readonly string[]): Promise<void> {
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  await execa("npx", ["--yes", packageManager, ...args], {
    cwd: root,
    env: { TURBO_TELEMETRY_DISABLED: "1" },
    all: true,
  });
}
