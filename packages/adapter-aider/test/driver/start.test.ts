import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPool } from "@cluster/pool";
import {
  gitEnvironment,
  isAlive,
  leftoverProcesses,
  sampleRepository,
  startStandInModel,
  TEST_MARKER,
  temporaryFolder,
  waitFor,
} from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { type AiderOptions, aiderAdapter } from "../../src/index.ts";
import { realAider } from "../support/aider.ts";
import { aiderFixture } from "../support/fixture.ts";

const { executable } = await realAider();

/** What a pool says that cannot start its only aider. */
async function startFailure(options: AiderOptions): Promise<{ error: unknown; starts: number }> {
  await using home = await temporaryFolder();
  await using repository = await sampleRepository();
  const environment = { ...gitEnvironment, HOME: home.path, ...options.environment };
  const pool = createPool({
    adapter: aiderAdapter({ executable, ...options, environment }),
    cwd: repository.path,
    startTimeoutMs: 120_000,
  });
  let starts = 0;
  pool.subscribe((event) => {
    if (event.type === "process.starting") starts += 1;
  });
  try {
    const error = await pool.ready().then(
      () => null,
      (reason: unknown) => reason,
    );
    return { error, starts };
  } finally {
    await pool.shutdown();
  }
}

const NO_KEYS = {
  OPENAI_API_KEY: undefined,
  ANTHROPIC_API_KEY: undefined,
  DEEPSEEK_API_KEY: undefined,
  GEMINI_API_KEY: undefined,
  OPENROUTER_API_KEY: undefined,
  VERTEXAI_PROJECT: undefined,
};

describe("a start that cannot succeed fails at once, and is not tried again", () => {
  test.concurrent.each([
    ["a model of no known provider", { model: "nonsense" }, "environment", /provider.*nonsense/s],
    ["a model without a key", { model: "openai/gpt-4o" }, "auth", /OPENAI_API_KEY/],
    ["neither a model nor a key", {}, "auth", /no API keys were provided/],
    [
      "an argument that aider does not know",
      { extraArguments: ["--nonsense"] },
      "environment",
      /nonsense/,
    ],
  ] as const)("%s", async (_what, options, failureClass, message) => {
    const { error, starts } = await startFailure({ ...options, environment: NO_KEYS });
    expect(error).toMatchObject({ failureClass });
    expect(String(error)).toMatch(message);
    expect(starts).toBe(1);
  });

  test("no aider where the option says", async () => {
    const { error, starts } = await startFailure({ executable: "/nowhere/aider" });
    expect(error).toMatchObject({ failureClass: "environment", cause: { code: "AIDER_MISSING" } });
    expect(starts).toBe(1);
  });
});

const hosts =
  process.platform === "linux" ? (["fork", "process"] as const) : (["process"] as const);

test.each(hosts)(
  "all of it ends with its parent, even one that is killed in a turn: %s",
  async (host) => {
    await using model = await startStandInModel({ behaviour: { kind: "hang" } });
    await using home = await temporaryFolder();
    await using repository = await sampleRepository({ files: { "one.md": "# One\n" } });
    const { modelSettingsFile, modelMetadataFile } = await model.writeAiderSettings(home.path);
    const marker = randomUUID();
    const options: AiderOptions = {
      executable,
      host,
      model: model.model,
      extraArguments: [
        "--model-settings-file",
        modelSettingsFile,
        "--model-metadata-file",
        modelMetadataFile,
      ],
      environment: {
        HOME: home.path,
        OPENAI_API_BASE: model.baseUrl,
        OPENAI_API_KEY: model.apiKey,
        [TEST_MARKER]: marker,
      },
    };
    const parent = spawn(
      process.execPath,
      [
        "--conditions=@cluster/source",
        fileURLToPath(new URL("../support/parent.ts", import.meta.url)),
        JSON.stringify({ cwd: repository.path, options }),
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      const [line] = await once(parent.stdout, "data");
      const pid = Number(line);
      await waitFor(() => model.inFlight === 1);
      expect(isAlive(pid)).toBe(true);
      parent.kill("SIGKILL");
      await waitFor(() => !isAlive(pid) && leftoverProcesses(marker).length === 0, {
        what: "the end of aider and of its server",
      });
    } finally {
      parent.kill("SIGKILL");
    }
  },
);

test("the user's own settings count, those of the main checkout in a worktree too; none is written", async () => {
  await using worktrees = await temporaryFolder();
  const worktree = join(worktrees.path, "tree");
  let configuration = "";
  await using fixture = await aiderFixture({
    files: { "one.md": "# One\n", "conventions.md": "Be brief.\n" },
    aider: {
      // No --model: the settings say it. What would break the protocol is overridden.
      extraArguments: ["--commit", "--stream"],
      environment: { OPENAI_API_KEY: "overridden by .env" },
    },
    cwd: async (repository) => {
      await writeFile(
        join(repository.path, ".aider.conf.yml"),
        "auto-commits: true\ncheck-update: true\npretty: true\nyes-always: true\n" +
          "read: [conventions.md]\nedit-format: whole\n",
      );
      await writeFile(join(repository.path, ".env"), "OPENAI_API_KEY=stand-in-key\n");
      await repository.git("worktree", "add", "--quiet", "--detach", worktree);
      // aider would write a placeholder for a missing author.
      await repository.git("config", "--remove-section", "user");
      configuration = await repository.read(".git/config");
      return worktree;
    },
  });
  const { result, error } = await fixture.tell({ message: "Add an id", files: ["one.md"] });
  expect(error).toBeNull();
  expect(result?.claimedEdits).toEqual(["one.md"]);
  const [call] = fixture.model.calls;
  expect(fixture.model.calls).toHaveLength(1);
  expect(call).toMatchObject({ editFormat: "whole", stream: false });
  expect(call?.readOnlyFiles.map(({ path }) => path)).toEqual(["conventions.md"]);
  expect(await fixture.repository.git("-C", worktree, "status", "--porcelain")).toBe(" M one.md");
  expect(await fixture.repository.git("rev-list", "--count", "--all")).toBe("1");
  expect(await fixture.repository.read(".git/config")).toBe(configuration);
});
