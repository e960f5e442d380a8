import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");
const [first = ""] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");

/** Runs a program in a folder that has this package and the pool only. */
async function run(code: string): Promise<string> {
  await using folder = await temporaryFolder();
  const scope = join(folder.path, "node_modules", "@cluster");
  await mkdir(scope, { recursive: true });
  await symlink(root, join(scope, "python-host"));
  await symlink(join(root, "..", "pool"), join(scope, "pool"));
  await writeFile(join(folder.path, "example.mjs"), code);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@cluster/source", "example.mjs"],
    { cwd: folder.path },
  );
  return stdout;
}

test("the first example runs as it stands", async () => {
  expect(await run(first)).toBe("[ 2, 15 ]\n");
});
