import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { modelKeys } from "../../src/command/model-keys.ts";
import { type HomeAndFolder, homeAndFolder } from "../support/home-and-folder.ts";

let both: HomeAndFolder;
let home: string;
let folder: string;

beforeEach(async () => {
  both = await homeAndFolder();
  ({ home, folder } = both);
});

afterEach(() => both[Symbol.asyncDispose]());

const keys = (args: readonly string[] = [], environment: Record<string, string> = {}) =>
  modelKeys(args, { folder, environment: { HOME: home, ...environment } });

test("no key is none, and an empty one too", async () => {
  expect(await keys([], { OPENAI_API_KEY: "", PATH: "/bin" })).toEqual([]);
});

test("keys are found wherever aider looks for them, and named without their value", async () => {
  await writeFile(join(folder, ".env"), "GROQ_API_KEY=secret-1\n");
  await mkdir(join(home, ".aider"));
  await writeFile(join(home, ".aider", "oauth-keys.env"), 'OPENROUTER_API_KEY="secret-2"\n');
  await writeFile(join(folder, ".aider.conf.yml"), "anthropic-api-key: secret-3\n");
  const args = ["--openai-api-key", "secret-4", "--api-key", "gemini=secret-5"];
  const found = await keys(args, { DEEPSEEK_API_KEY: "secret-6", AWS_PROFILE: "mine" });
  expect(found).toEqual([
    "AWS_PROFILE",
    "DEEPSEEK_API_KEY",
    "GROQ_API_KEY",
    "OPENROUTER_API_KEY",
    "openai-api-key",
    "anthropic-api-key",
    "api-key gemini",
  ]);
});
