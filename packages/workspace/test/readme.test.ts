import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isolatedGitEnvironment, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { WORKSPACE_ERROR_CODES } from "../src/index.ts";

const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");

test("the README's first example runs as it stands", async () => {
  await using folder = await temporaryFolder();
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? "";
  // Beside the tests, where the package finds itself by its name.
  const file = join(import.meta.dirname, `readme-${process.pid}.mjs`);
  await writeFile(file, example);
  try {
    const { stdout } = await execa(process.execPath, ["--conditions=@cluster/source", file], {
      env: { ...isolatedGitEnvironment(), XDG_CACHE_HOME: folder.path, TMPDIR: folder.path },
      extendEnv: false,
    });
    expect(stdout).toContain("kind: 'merged'");
    expect(stdout).toContain("Edit a.md");
    expect(stdout).toContain("Cluster-Task: b.md");
  } finally {
    await rm(file);
  }
});

test("the README's example of working in place runs as it stands", async () => {
  await using folder = await temporaryFolder();
  const example = /```js\n(\/\/ in-place\.mjs\n.*?)```/s.exec(readme)?.[1] ?? "";
  const file = join(import.meta.dirname, `in-place-${process.pid}.mjs`);
  await writeFile(file, example);
  try {
    const { stdout } = await execa(process.execPath, ["--conditions=@cluster/source", file], {
      env: { ...isolatedGitEnvironment(), CLUSTER_STATE: folder.path, TMPDIR: folder.path },
      extendEnv: false,
    });
    expect(stdout).toContain("kind: 'landed'");
    expect(stdout).toContain("restored: [ 'a.md' ]");
    expect(stdout.endsWith("# a\n")).toBe(true);
  } finally {
    await rm(file);
  }
});

test("the README names every code of an error", () => {
  for (const code of Object.keys(WORKSPACE_ERROR_CODES)) expect(readme).toContain(`\`${code}\``);
});
