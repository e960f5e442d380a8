import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSameMajor } from "../../src/tools/registry/same-major.ts";
import { type Cli, createCli } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";

const ADAPTER = `{
  name: "fine",
  command: () => ({ file: "true" }),
  connect: () => ({}),
  probe: async () => ({ installed: true, version: "7.7", path: "/somewhere/fine" }),
}`;

/** Each leaves a file behind when its code runs. */
const loads = (code: string): string =>
  `import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("loaded", import.meta.url), "");\n${code}`;

const PACKAGES: Readonly<Record<string, readonly [code: string, manifest?: object]>> = {
  "cluster-adapter-fine": [loads(`export default ${ADAPTER};`)],
  "@me/cluster-adapter-scoped": [loads(`export default () => (${ADAPTER});`)],
  "cluster-adapter-answers": [
    loads(`export default { ...${ADAPTER}, capabilities: { edits: false } };`),
  ],
  "cluster-adapter-empty": [loads("export const nothing = 1;")],
  "cluster-adapter-slip": [loads("export default {\n  name: ;\n};")],
  "cluster-adapter-throws": [loads('throw new Error("boom at import");')],
  "cluster-adapter-lazy": [loads('export default () => { throw new Error("boom when made"); };')],
  "cluster-adapter-old": [
    loads(`export default ${ADAPTER};`),
    { peerDependencies: { "@cluster/pool": "^99.0.0" } },
  ],
  "another-name": [loads(`export default ${ADAPTER};`)],
};

/** To ask it for its version takes a second of processor. */
const NO_AIDER = { CLUSTER_AIDER: "/nowhere/aider" };

let cli: Cli;
let project: TemporaryFolder;

const folderOf = (name: string): string => join(project.path, "node_modules", name);
const wasLoaded = (name: string): boolean => existsSync(join(folderOf(name), "loaded"));

beforeAll(async () => {
  cli = await createCli();
  project = await temporaryFolder();
  for (const [name, [code, manifest]] of Object.entries(PACKAGES)) {
    const text = JSON.stringify({
      name,
      version: "1.2.3",
      type: "module",
      exports: "./a.js",
      ...manifest,
    });
    await mkdir(folderOf(name), { recursive: true });
    await writeFile(join(folderOf(name), "package.json"), text);
    await writeFile(join(folderOf(name), "a.js"), code);
  }
  await mkdir(join(project.path, "deep", "er"), { recursive: true });
  await writeFile(join(project.path, "cluster.config.json"), '{"tools":{"other":"another-name"}}');
});

afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

async function doctor(tool: string, cwd: string = project.path): Promise<string> {
  const { stdout, stderr } = await cli.run(["doctor", "--tool", tool], { cwd });
  return stdout + stderr;
}

describe("a package that is installed beside the project", () => {
  it("is listed, and not loaded for that", async () => {
    const { stdout } = await cli.run(["tools", "list", "--json"], {
      cwd: project.path,
      env: NO_AIDER,
    });
    const { tools } = JSON.parse(stdout) as { tools: { name: string; origin: string }[] };
    const packaged = tools.filter(({ origin }) => origin.startsWith("package"));
    expect(packaged.map(({ name }) => name)).toEqual([
      "@me/scoped",
      "answers",
      "empty",
      "fine",
      "lazy",
      "old",
      "slip",
      "throws",
    ]);
    expect(packaged[3]).toMatchObject({
      origin: "package cluster-adapter-fine@1.2.3",
      unasked: true,
    });
    expect(
      Object.keys(PACKAGES).filter((name) => name !== "another-name" && wasLoaded(name)),
    ).toEqual([]);
  });

  it("is loaded when its tool is named, from a folder below too", async () => {
    expect(await doctor("fine", join(project.path, "deep", "er"))).toContain(
      "7.7 (/somewhere/fine)",
    );
    expect(wasLoaded("cluster-adapter-fine")).toBe(true);
    expect(await doctor("@me/scoped")).toContain("7.7 (/somewhere/fine)");
    expect(wasLoaded("cluster-adapter-throws")).toBe(false);
  });

  it("may have any name where the configuration gives its tool one", async () => {
    expect(await doctor("other")).toContain("7.7 (/somewhere/fine)");
  });

  it.each([
    ["empty", /default export of .*cluster-adapter-empty is neither an adapter nor a function/],
    [
      "slip",
      /cannot be loaded: Unexpected token ';' \(.*cluster-adapter-slip\/a\.js:4\)\n.*Mend it/,
    ],
    ["throws", /package cluster-adapter-throws .* cannot be loaded: boom at import/],
    ["lazy", /package cluster-adapter-lazy: its function failed: boom when made/],
    ["old", /cluster-adapter-old@1\.2\.3 works with @cluster\/pool \^99\.0\.0, and this is \d/],
  ])("%s: says what is wrong with it", async (tool, message) => {
    const all = await doctor(tool);
    expect(all).toMatch(message);
    expect(all).not.toMatch(/\n\s+at /);
  });

  it("that only answers is for no run", async () => {
    const args = ["run", "-m", "x", "a.md", "--tool", "answers", "--dry-run"];
    const { code, stderr } = await cli.run(args, { cwd: project.path });
    expect(stderr).toMatch(/The tool answers answers, .*\n.*tools try answers .*edits: false/);
    expect(code).toBe(2);
  });

  it("of another pool is not even loaded", () => {
    expect(wasLoaded("cluster-adapter-old")).toBe(false);
  });

  it("that is not there is an unknown tool", async () => {
    expect(await doctor("absent")).toMatch(/There is no tool "absent"/);
  });
});

it.each([
  ["^1.2.0", "1.0.5", true],
  ["^1.2.0", "2.0.0", false],
  ["1.x || 2.x", "2.4.0", true],
  ["^0.1.0", "0.1.9", true],
  ["^0.1.0", "0.2.0", false],
  [">=0.1.0 <2", "1.5.0", true],
  [">=0.1.0 <2", "2.0.0", false],
  ["*", "9.0.0", true],
  ["workspace:^", "0.1.0", true],
])("%s allows for %s: %s", (range, version, expected) => {
  expect(isSameMajor(range, version)).toBe(expected);
});

describe("cluster tools new", () => {
  it("makes a package that is found at once, and refuses what is there", async () => {
    await using folder = await temporaryFolder();
    const made = await runHere(cli, ["tools", "new", "hello"], { cwd: folder.path });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const modules = join(folder.path, "node_modules");
    await mkdir(modules);
    await rename(
      join(folder.path, "cluster-adapter-hello"),
      join(modules, "cluster-adapter-hello"),
    );
    expect(await doctor("hello", folder.path)).toContain("tool hello");
    await mkdir(join(folder.path, "cluster-adapter-hello"));
    const again = await runHere(cli, ["tools", "new", "hello"], { cwd: folder.path });
    expect(again.stderr).toContain("is there already");
    expect((await runHere(cli, ["tools", "new", "No Name"], { cwd: folder.path })).code).toBe(2);
  });

  it("refuses the name of a tool that there is, and leads into the folder that it made", async () => {
    await using folder = await temporaryFolder();
    const taken = await runHere(cli, ["tools", "new", "aider"], { cwd: folder.path });
    expect(taken).toMatchObject({ code: 2, stdout: "" });
    expect(taken.stderr).toMatch(/There is a tool "aider" already \(built in\)/);
    await mkdir(join(folder.path, "my tools"));
    const args = ["tools", "new", "fresh", "-C", "my tools"];
    const made = await runHere(cli, args, { cwd: folder.path });
    expect(made.stdout).toContain("  cd 'my tools/cluster-adapter-fresh'\n");
  });
});
