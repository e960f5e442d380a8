import { describe, expect, it } from "vitest";
import { secretsOf } from "../../src/run/secrets.ts";

describe("secretsOf", () => {
  it("finds keys in the environment and among raw arguments", () => {
    const environment = {
      OPENAI_API_KEY: "sk-environment",
      GH_TOKEN: "ghp_something",
      HOME: "/home/somebody",
      MONKEY: "not-a-secret",
      SHORT_TOKEN: "abc",
    };
    const args = ["--openai-api-key", "sk-argument", "--api-key=groq=gsk-provider", "--model", "m"];
    expect(secretsOf(environment, args)).toEqual([
      "sk-environment",
      "ghp_something",
      "sk-argument",
      "groq=gsk-provider",
      "gsk-provider",
    ]);
  });

  it.each([
    [["--set-env", "OPENAI_API_KEY=sk-argument"]],
    [["--set-env=OPENAI_API_KEY=sk-argument"]],
    [["--api-key", "openai=sk-argument"]],
    [["--api-key=openai=sk-argument"]],
    [["--openai-api-key=sk-argument"]],
  ])("takes the value out of %j", (args) => {
    expect(secretsOf({}, args)).toContain("sk-argument");
  });

  it("finds keys in a variable that holds a configuration", () => {
    const provider = { options: { apiKey: "sk-configured", baseURL: "http://127.0.0.1/v1" } };
    const environment = {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider: { own: provider }, maxTokens: 10 }),
      BROKEN: "{ apiKey",
    };
    expect(secretsOf(environment, [])).toEqual(["sk-configured"]);
  });

  it("takes values of any variable that is set, and leaves what is no value", () => {
    expect(secretsOf({}, ["--set-env", "OPENAI_API_BASE=https://user:word@host/"])).toContain(
      "https://user:word@host/",
    );
    expect(secretsOf({}, ["--set-env"])).toEqual([]);
    expect(secretsOf({}, ["--set-env", "--no-auto-commits"])).toEqual([]);
    expect(secretsOf({}, ["--env-file", "settings.env"])).toEqual([]);
  });
});
