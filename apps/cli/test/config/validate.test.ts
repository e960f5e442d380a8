import { describe, expect, it } from "vitest";
import { CONFIG_KEYS, configJsonSchema } from "../../src/config/schema.ts";
import { validateConfig } from "../../src/config/validate.ts";

const adapter = { name: "x", command: () => ({ file: "x" }), connect: () => ({}) };

describe("validateConfig", () => {
  it("takes every form of a tool", () => {
    const tools = {
      adapter,
      factory: () => adapter,
      module: "./x.mjs",
      aider: { use: "aider", args: ["--edit-format", "whole"], executable: "/opt/aider" },
    };
    expect(validateConfig({ tools }, "f").tools).toEqual(tools);
  });

  it.each([
    [{ worker: 3 }, /^f: "worker" is not a key .*Did you mean "workers"\? Allowed: workers, tool,/],
    [{ zzz: 3 }, /"zzz" is not a key of the configuration\. Allowed/],
    [{ workers: 0 }, /workers: .*>=1; found 0/],
    [{ workers: "5" }, /workers: expected number, received string; found "5"/],
    [{ timeout: "soon" }, /timeout: must be a time such as 90s.*found "soon"/],
    [{ retries: -1 }, /retries: .*found -1/],
    [{ context: "none" }, /context: .*"fresh".*found "none"/],
    [{ tool: " " }, /tool: must not be empty/],
    [{ tools: { a: 5 } }, /tools\.a: must be an adapter.*found 5/],
    [{ tools: { a: { name: "a" } } }, /tools\.a: must be an adapter/],
    [
      { tools: { a: { use: "aider", arg: [] } } },
      /"arg" in tools\.a is not a key .*Did you mean "args"\?/,
    ],
    [undefined, /object with keys such as workers; found nothing/],
  ])("refuses %j", (config, message) => {
    expect(() => validateConfig(config, "f")).toThrow(message);
  });

  it("names every wrong key at once", () => {
    expect(() => validateConfig({ worker: 1, modle: "m" }, "f")).toThrow(/workers[\s\S]*"model"/);
  });
});

describe("configJsonSchema", () => {
  it("describes every key and allows no other", () => {
    expect(configJsonSchema).toMatchObject({ type: "object", additionalProperties: false });
    const { properties } = configJsonSchema as { properties: Record<string, unknown> };
    expect(Object.keys(properties)).toEqual(CONFIG_KEYS);
  });
});
