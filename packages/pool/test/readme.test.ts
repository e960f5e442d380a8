import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { POOL_ERROR_CODES } from "../src/index.ts";
import { promises } from "../src/testing/core.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");

/** What an example prints, in a folder that has only this package. */
async function printedBy(example: string): Promise<string> {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "node_modules", "@cluster"), { recursive: true });
  await symlink(root, join(folder.path, "node_modules", "@cluster", "pool"));
  await writeFile(join(folder.path, "first.mjs"), example);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@cluster/source", "first.mjs"],
    { cwd: folder.path },
  );
  return stdout;
}

test("the first example runs as it stands", async () => {
  const [, example = ""] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(await printedBy(example)).toBe("1 4 9 16\nTURN_TIMEOUT\n");
});

test("the example of a declared tool runs as it stands, and ends", async () => {
  const [, example = ""] = /```ts\n([^`]*declaredTool[^`]*)```/.exec(readme) ?? [];
  expect(await printedBy(example)).toBe("42\n");
});

test("the tables name every error and every option", async () => {
  for (const code of Object.keys(POOL_ERROR_CODES)) expect(readme).toContain(`\`${code}\``);
  const source = await readFile(join(root, "src", "pool", "options.ts"), "utf8");
  const [, body = ""] = /interface PoolOptions<[\s\S]*?\{\n([\s\S]*?)\n\}/.exec(source) ?? [];
  const names = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) if (name !== "clock") expect(readme).toContain(`\`${name}\``);
});

test("the table of promises names all of them", () => {
  const failures = promises.filter(({ id }) => id.startsWith("failure."));
  expect(failures.length).toBeGreaterThan(10);
  for (const { id } of promises.filter((promise) => !failures.includes(promise))) {
    expect(readme).toContain(`\`${id}\``);
  }
});
