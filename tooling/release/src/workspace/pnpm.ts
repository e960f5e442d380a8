import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** The pnpm that package.json names, with its version. */
export async function packageManagerOf(root: string): Promise<string> {
  return JSON.parse(await readFile(join(root, "package.json"), "utf8")).packageManager;
}

/** Runs the pnpm that package.json names, which the machine need not have. */
export async function pnpm(root: string, args: readonly string[]): Promise<void> {
  await execa("npx", ["--yes", await packageManagerOf(root), ...args], {
    cwd: root,
    env: { TURBO_TELEMETRY_DISABLED: "1" },
    all: true,
  });
}
