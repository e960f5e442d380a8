import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { workspaceEnvironment } from "../../src/index.ts";
import { setting, workSetting, write } from "../setting.ts";

const JO = { name: "Jo", email: "jo@example.invalid" };

async function gitConfig(environment: Record<string, string>, ...args: string[]): Promise<string> {
  await using folder = await temporaryFolder();
  const env = {
    PATH: process.env.PATH,
    HOME: folder.path,
    GIT_CONFIG_NOSYSTEM: "1",
    ...environment,
  };
  const { stdout } = await execa("git", ["config", ...args], {
    cwd: folder.path,
    env,
    extendEnv: false,
  });
  return stdout;
}

test("a tool's own git knows the user, runs no hooks and collects no garbage", async () => {
  await using at = await setting();
  const environment = at.repository.workspaceEnvironment();
  expect(await gitConfig(environment, "user.name")).toBe("Sample Author");
  expect(await gitConfig(environment, "user.email")).toBe("author@example.invalid");
  expect(await gitConfig(environment, "gc.auto")).toBe("0");
  expect(await gitConfig(environment, "core.hooksPath")).toBe("/dev/null");
});

test("settings that the environment brings already are kept, before ours", async () => {
  const inherited = {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    UNRELATED: "x",
  };
  const environment = workspaceEnvironment(JO, inherited);
  expect(environment).not.toHaveProperty("UNRELATED");
  expect(await gitConfig(environment, "--get-all", "safe.directory")).toBe("*");
  expect(await gitConfig(environment, "user.name")).toBe("Jo");
});

test("settings in the environment reach our own git too", async () => {
  await using at = await workSetting({
    environment: {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.excludesFile",
      GIT_CONFIG_VALUE_0: "/dev/null",
      GIT_AUTHOR_DATE: "1700000000 +0100",
    },
  });
  await write(at.workspace, "x.md", "x");
  const commit = await at.workspace.commit({ paths: "all", message: "x" });
  expect(await at.sample.git("log", "-1", "--format=%ad", "--date=raw", String(commit))).toBe(
    "1700000000 +0100",
  );
});
