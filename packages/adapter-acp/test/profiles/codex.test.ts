import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { codex } from "../../src/profiles/codex.ts";

test("a key of the environment is used where there is nothing else, and kept nowhere", async () => {
  await using home = await temporaryFolder();
  const environment = { HOME: home.path, OPENAI_API_KEY: "a-key-of-nobody" };
  const asked = (given: Record<string, string>) => ({
    method: codex.login?.method?.(given),
    args: codex.prepare?.({
      folder: "",
      environment: given,
      model: null,
      repositorySettings: "deny",
    }).arguments,
  });
  const nowhere = ["-c", 'cli_auth_credentials_store="ephemeral"'];
  expect(asked(environment)).toEqual({ method: "openai-api-key", args: nowhere });
  expect(asked({ HOME: home.path, CODEX_API_KEY: "k" })).toEqual({
    method: "codex-api-key",
    args: nowhere,
  });
  const nothing = { method: null, args: [] };
  expect(asked({ HOME: home.path })).toEqual(nothing);
  const folder = join(home.path, ".codex");
  await mkdir(folder);
  await writeFile(join(folder, "config.toml"), 'model_provider = "mine"\n');
  expect(asked(environment)).toEqual(nothing);
  await writeFile(join(folder, "config.toml"), "");
  expect(asked(environment).method).toBe("openai-api-key");
  await writeFile(join(folder, "auth.json"), "{}");
  expect(asked(environment)).toEqual(nothing);
});
