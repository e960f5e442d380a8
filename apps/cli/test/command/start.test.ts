import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cli, createCli, SAMPLE_CONFIG } from "../harness/cli.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await createCli();
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
});

/** Has Node say on stderr, a line each, what it loads. */
const TELL_LOADED = `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`;

/** The parts of a run, which other commands can do without. */
const HEAVY =
  /\/packages\/(pool|manager|routing|adapter-\w+|python-host)\/|\/node_modules\/(zod|yaml|string-width|csv-parse)\//;

/** What each of them loads. */
async function loadedBy(args: readonly string[], cwd: string): Promise<readonly string[]> {
  const nodeOptions = ["--import", `data:text/javascript,${encodeURIComponent(TELL_LOADED)}`];
  const { stderr } = await cli.run(args, { cwd, nodeOptions });
  return stderr.match(/^file:.*$/gm) ?? [];
}

describe("the start of a command", () => {
  it.each([["--version"], ["run --help"], ["status"], ["logs last"], ["show last"]])(
    "loads nothing that only runs need: %s",
    async (command) => {
      const args = command.split(" ");
      await using repository = await sampleRepository({ files: 1 });
      const loaded = await loadedBy(args, repository.path);
      expect(loaded.length).toBeGreaterThan(5);
      expect(loaded.filter((url) => HEAVY.test(url))).toEqual([]);
    },
  );

  it("loads no display where there is no terminal", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const args = ["run", "-m", "x", "docs/*.md", "--config", SAMPLE_CONFIG, "--json"];
    const loaded = await loadedBy(args, repository.path);
    expect(loaded.some((url) => url.includes("/packages/pool/"))).toBe(true);
    expect(loaded.filter((url) => url.includes("/node_modules/log-update/"))).toEqual([]);
  });

  it("keeps what Node compiled in the cache folder, and does without where that cannot be", async () => {
    const env = { NODE_COMPILE_CACHE: "" };
    expect((await cli.run(["--version"], { env })).code).toBe(0);
    const folder = join(cli.home, ".cache/cluster/compiled");
    expect(await readdir(folder)).not.toEqual([]);
    const closed = join(cli.home, "closed");
    await writeFile(closed, "a file, in which no folder can be made");
    const none = { ...env, XDG_CACHE_HOME: join(closed, "cache") };
    const { code, stderr } = await cli.run(["--version"], { env: none });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(existsSync(join(cli.home, ".cache/cluster/compiled"))).toBe(true);
  });
});
