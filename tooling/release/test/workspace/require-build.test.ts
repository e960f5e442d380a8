import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { workspacePackages } from "../../src/workspace/packages.ts";
import { workspaceRoot } from "../../src/workspace/root.ts";

const SCRIPT = join(workspaceRoot, "tooling", "presets", "require-build.mjs");
const all = await workspacePackages(workspaceRoot);
const published = all.filter(({ isPrivate }) => !isPrivate);
const BUILT = ["dist/index.js", "dist/index.d.ts", "tools/one.json", "dist/bin.js"];

const manifest = {
  name: "half-built",
  version: "1.0.0",
  exports: { ".": { source: "./src/index.ts", types: "./dist/index.d.ts" } },
  bin: { half: "./dist/bin.js" },
  files: ["dist", "python/**/*.py", "CHANGELOG.md"],
  publishConfig: {
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./tools/*.json": "./tools/*.json",
    },
  },
  scripts: { prepack: `node ${SCRIPT}` },
};

describe("a package is packed", () => {
  it.each([
    [[], /half-built cannot be packed: there is no \.\/dist\/index\.d\.ts, .*no dist.*Build it/],
    [BUILT, /there is no python\/\*\*\/\*\.py\./],
    [BUILT.slice(1).concat("python/a/b.py"), /there is no \.\/dist\/index\.js\./],
    [BUILT.concat("python/a/b.py"), null],
  ])("with all that its manifest names, and not with %j only", async (files, refusal) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "package.json"), JSON.stringify(manifest));
    for (const file of files) {
      await mkdir(dirname(join(folder.path, file)), { recursive: true });
      await writeFile(join(folder.path, file), "");
    }
    const { exitCode, stderr } = await execa("npm", ["pack", "--offline"], {
      cwd: folder.path,
      reject: false,
    });
    const packed = (await readdir(folder.path)).filter((name) => name.endsWith(".tgz"));
    if (refusal !== null) expect(stderr).toMatch(refusal);
    expect({ failed: exitCode !== 0, packed: packed.length }).toEqual({
      failed: refusal !== null,
      packed: refusal === null ? 1 : 0,
    });
  });

  it.for(published)("$name looks at its own build first", async ({ folder }) => {
    const { scripts } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    expect(scripts.prepack).toBe("node ../../tooling/presets/require-build.mjs");
  });
});
