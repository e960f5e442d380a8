import { fileURLToPath } from "node:url";
import { execa } from "execa";

/** Runs an example as its reader would, and gives what it printed. */
export async function runExample(
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = fileURLToPath(new URL(`../src/${name}`, import.meta.url));
  const { stdout } = await execa(process.execPath, ["--conditions=@cluster/source", path], {
    env: { ...environment },
  });
  return stdout;
}
