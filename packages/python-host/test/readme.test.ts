import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { blackEnvironment } from "./support/black.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");
const [first = "", second = ""] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(
  ([, code]) => code ?? "",
);

/** Runs a program in a folder that has this package and the pool only, and what else it is given. */
async function run(code: string, venv?: string): Promise<string> {
  await using folder = await temporaryFolder();
  const scope = join(folder.path, "node_modules", "@cluster");
  await mkdir(scope, { recursive: true });
  await symlink(root, join(scope, "python-host"));
  await symlink(join(root, "..", "pool"), join(scope, "pool"));
  if (venv !== undefined) await symlink(venv, join(folder.path, ".venv"));
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

test("the second example formats with a real black", { timeout: 240_000 }, async () => {
  expect(await run(second, await blackEnvironment())).toBe('20 files: x = {"a": 1}\n\n');
});

test("the table of options names all of them", async () => {
  const source = await readFile(join(root, "src", "options.ts"), "utf8");
  const [, body = ""] = /interface PythonHostOptions \{\n([\s\S]*?)\n\}/.exec(source) ?? [];
  const names = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(9);
  for (const name of names) expect(readme).toContain(`| \`${name}\` |`);
});
