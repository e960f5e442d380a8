import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";

let root: TemporaryFolder;
let cwd: string;
let userFolder: string;

beforeEach(async () => {
  root = await temporaryFolder();
  cwd = join(root.path, "repository");
  userFolder = join(root.path, "user");
  await mkdir(join(cwd, ".git"), { recursive: true });
  await mkdir(userFolder);
});

afterEach(async () => {
  await root[Symbol.asyncDispose]();
});

const put = (name: string, content: string): Promise<void> => writeFile(join(cwd, name), content);

describe("loadConfig", () => {
  it("is empty where no file is", async () => {
    expect(await loadConfig({ cwd, userFolder })).toMatchObject({ config: {}, files: [] });
  });

  it.each([
    ["json", '{ "workers": 7 }'],
    ["yaml", "workers: 7\n"],
    ["yml", "workers: 7\n"],
    ["js", "export default { workers: 7 };"],
    ["mjs", "export default { workers: 7 };"],
    ["ts", "const workers: number = 7;\nexport default { workers };"],
    ["mts", "export default { workers: 7 as number };"],
  ])("reads cluster.config.%s", async (ending, content) => {
    await put(`cluster.config.${ending}`, content);
    const { config, files } = await loadConfig({ cwd, userFolder });
    expect(config).toEqual({ workers: 7 });
    expect(files).toEqual([join(cwd, `cluster.config.${ending}`)]);
  });

  it("finds the file of the repository's root from a folder below", async () => {
    await put("cluster.config.json", '{ "workers": 7 }');
    const below = join(cwd, "a", "b");
    await mkdir(below, { recursive: true });
    expect((await loadConfig({ cwd: below, userFolder })).config.workers).toBe(7);
  });

  it("does not look above the repository's root", async () => {
    await writeFile(join(root.path, "cluster.config.json"), '{ "workers": 7 }');
    expect((await loadConfig({ cwd, userFolder })).files).toEqual([]);
  });

  it("lets the project win over the user key by key, and keeps the tools of both", async () => {
    await put(
      "cluster.config.json",
      '{ "workers": 2, "tools": { "a": "./a.mjs", "both": "./project.mjs" } }',
    );
    await writeFile(
      join(userFolder, "config.json"),
      '{ "workers": 9, "model": "m", "tools": { "b": "./b.mjs", "both": "./user.mjs" } }',
    );
    const { config, files } = await loadConfig({ cwd, userFolder });
    expect(config).toEqual({
      workers: 2,
      model: "m",
      tools: {
        a: join(cwd, "a.mjs"),
        b: join(userFolder, "b.mjs"),
        both: join(cwd, "project.mjs"),
      },
    });
    expect(files).toHaveLength(2);
  });

  it("takes paths as relative to the file that names them", async () => {
    await put("cluster.config.yaml", "read: [STYLE.md, ../other.md]\n");
    const { config } = await loadConfig({ cwd, userFolder });
    expect(config.read).toEqual([join(cwd, "STYLE.md"), join(root.path, "other.md")]);
  });

  it("takes --config in the place of the project's file", async () => {
    await put("cluster.config.json", '{ "workers": 2 }');
    await put("other.yaml", "workers: 3\n");
    expect((await loadConfig({ cwd, userFolder, file: "other.yaml" })).config.workers).toBe(3);
  });

  it.each([
    ["a missing --config", "none.json", null, /there is no file .*none\.json/],
    ["an ending that means nothing", "c.toml", "workers = 1", /does not have the name/],
    ["broken JSON", "c.json", "{", /c\.json is not JSON/],
    ["broken YAML", "c.yaml", "a: [", /c\.yaml is not YAML/],
    ["a module that throws", "c.mjs", "throw new Error('boom')", /c\.mjs: boom/],
    ["a module without a default export", "d.mjs", "export const a = 1;", /no default export/],
    ["a list", "e.json", "[]", /object with keys such as workers; found \[\]/],
  ])("says what is wrong with %s", async (_, name, content, message) => {
    if (content !== null) await put(name, content);
    await expect(loadConfig({ cwd, userFolder, file: name })).rejects.toThrow(message);
  });

  it("refuses two files that contradict each other", async () => {
    await put("cluster.config.json", "{}");
    await put("cluster.config.yaml", "");
    await expect(loadConfig({ cwd, userFolder })).rejects.toThrow(
      "cluster.config.json and cluster.config.yaml",
    );
  });
});
