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
});
