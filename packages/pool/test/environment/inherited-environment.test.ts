import { afterEach, beforeEach, expect, test } from "vitest";
import { createPool, inheritedEnvironment } from "../../src/index.ts";
import { onceTool } from "../support/tools.ts";

const before = process.env;
beforeEach(() => {
  process.env = {
    PATH: before.PATH,
    HOME: "/home/me",
    LC_ALL: "C.UTF-8",
    XDG_CACHE_HOME: "/cache",
    OPENAI_API_KEY: "sk-secret",
    AWS_SECRET_ACCESS_KEY: "secret",
    NODE_OPTIONS: "--inspect",
    AIDER_MODEL: "x",
    AIDER_KEY: "y",
  };
});
afterEach(() => {
  process.env = before;
});

test("what a program needs is inherited; keys and options of this program are not", () => {
  expect(inheritedEnvironment()).toEqual({
    PATH: before.PATH,
    HOME: "/home/me",
    LC_ALL: "C.UTF-8",
    XDG_CACHE_HOME: "/cache",
  });
});

test("an adapter names what else it wants: values, names, and names that begin alike", () => {
  const environment = inheritedEnvironment({ HOME: "/elsewhere", EXTRA: "1" }, [
    "OPENAI_API_KEY",
    "AIDER_*",
    "NOT_SET",
  ]);
  expect(environment).toEqual({
    PATH: before.PATH,
    HOME: "/elsewhere",
    LC_ALL: "C.UTF-8",
    XDG_CACHE_HOME: "/cache",
    OPENAI_API_KEY: "sk-secret",
    AIDER_MODEL: "x",
    AIDER_KEY: "y",
    EXTRA: "1",
  });
});

test("undefined takes a variable away, an inherited one and an allowed one", () => {
  const environment = inheritedEnvironment({ HOME: undefined, OPENAI_API_KEY: undefined }, [
    "OPENAI_API_KEY",
  ]);
  expect(environment).not.toHaveProperty("HOME");
  expect(environment).not.toHaveProperty("OPENAI_API_KEY");
});

test("a variable is not allowed because an object has a property of that name", () => {
  process.env.toString = "odd" as never;
  process.env.constructor = "odd" as never;
  expect(Object.keys(inheritedEnvironment({}))).not.toContain("constructor");
});

test("a tool without an environment of its own gets this one", async () => {
  const adapter = onceTool(() => ({ file: "env", args: [] }));
  await using pool = createPool({
    adapter: { ...adapter, command: () => ({ file: "env", args: [] }) },
  });
  const output = await pool.run([]);
  expect(output).toContain("HOME=/home/me");
  expect(output).not.toContain("secret");
});
