import { AGENT_NAMES } from "@cluster/adapter-acp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { validateConfig } from "../../src/config/validate.ts";
import { resolveTool, toolNames } from "../../src/tools/resolve-tool.ts";
import { type Cli, createCli, SAMPLE_CONFIG } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";

const context = { args: [], model: undefined, cwd: "/" };
const adapter = { name: "x", command: () => ({ file: "x" }), connect: () => ({}) };

const resolve = (tools: Record<string, unknown>, name: string, args: string[] = []) =>
  resolveTool(name, validateConfig({ tools }, "f"), { ...context, args });

describe("resolveTool", () => {
  it("knows aider without any configuration", async () => {
    expect(await resolveTool("aider", {}, context)).toMatchObject({ name: "aider" });
  });

  it("knows every agent that the ACP adapter has a profile of", async () => {
    expect(await toolNames({}, "/")).toEqual(["aider", ...AGENT_NAMES]);
    for (const name of AGENT_NAMES) {
      expect(await resolveTool(name, {}, context)).toMatchObject({ name });
    }
  });

  it("lets the configuration replace aider", async () => {
    expect(await resolve({ aider: adapter }, "aider")).toBe(adapter);
  });

  it("gives a function the raw arguments, and awaits it", async () => {
    const made = async ({ args }: { args: readonly string[] }) => ({
      ...adapter,
      name: args.join(),
    });
    expect(await resolve({ made }, "made", ["--fast", "x"])).toMatchObject({ name: "--fast,x" });
  });

  it.each([
    ["an unknown name", {}, "constructor", [], /There is no tool "constructor"\. Known: aider/],
    ["a near name", { sample: adapter }, "smaple", [], /Did you mean "sample"\?/],
    ["raw arguments for an adapter", { a: adapter }, "a", ["-x"], /takes no raw arguments/],
    [
      "a function that makes none",
      { a: () => 5 },
      "a",
      [],
      /tools\.a: its function made no adapter/,
    ],
    [
      "a function that throws",
      {
        a: () => {
          throw new Error("boom");
        },
      },
      "a",
      [],
      /tools\.a: its function failed: boom/,
    ],
    [
      "a missing module",
      { a: "/nowhere/a.mjs" },
      "a",
      [],
      /tools\.a: cannot load \/nowhere\/a\.mjs/,
    ],
  ])("refuses %s", async (_, tools, name, args, message) => {
    await expect(resolve(tools, name, args)).rejects.toThrow(message);
  });
});

describe("cluster tools", () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await createCli();
  });
  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
  });

  it("cannot install aider without a Python, and says which it needs", async () => {
    const { code, stdout, stderr } = await cli.run(["tools", "install", "aider"], {
      env: { PATH: cli.home, PYENV_ROOT: cli.home, UV_PYTHON_INSTALL_DIR: cli.home },
    });
    expect(stderr).toMatch(/Looking for a Python[\s\S]*aider needs Python >=3\.10, <3\.13/);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  });

  it("does not install what only the user may, and says how", async () => {
    const { code, stderr } = await runHere(cli, ["tools", "install", "claude"]);
    expect(stderr).toMatch(/claude is proprietary[\s\S]*npm install --global @agentclientprotocol/);
    expect(code).toBe(3);
  });

  it("says which tools it can install and test", async () => {
    const install = await runHere(cli, ["tools", "install", "gemmini"]);
    expect(install.stderr).toMatch(/cannot install "gemmini"[\s\S]*aider, gemini, opencode, codex/);
    const test = await runHere(cli, ["tools", "test", "aider"]);
    expect(test.stderr).toMatch(/cannot test "aider"[\s\S]*gemini, opencode, codex/);
    expect([install.code, test.code]).toEqual([2, 2]);
  });

  it("tests no agent that is not there", async () => {
    const { code, stderr } = await cli.run(["tools", "test", "gemini"], {
      env: { CLUSTER_GEMINI: "/nowhere/gemini" },
    });
    expect(stderr).toMatch(/CLUSTER_GEMINI names \/nowhere\/gemini, which is no program/);
    expect(code).toBe(3);
  });

  it("lists what --tool takes, and whether it is there", async () => {
    const { code, stdout } = await cli.run(["tools", "--config", SAMPLE_CONFIG], {
      env: { CLUSTER_AIDER: "/nowhere/aider" },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tool +kind +from +state +version/);
    expect(stdout).toMatch(/\naider +agent +built in +not found +.*\/nowhere\/aider/);
    expect(stdout).toMatch(/\nsample +agent +configuration +found +1\.0\.0 /);
    expect(stdout).toMatch(/\nmodule +agent +configuration +unknown +its adapter has no probe/);
    expect(stdout).toMatch(
      /\nmissing +agent +configuration +not found +It is not here\. Install it\./,
    );
  });
});
