import { describe, expect, test } from "vitest";
import { AIDER_ERROR_CODES, AiderError, type AiderOptions, aiderAdapter } from "../src/index.ts";

describe("an option that is wrong is refused by its name", () => {
  test.each([
    ["model", { model: "" }],
    ["protocol", { protocol: "telepathy" }],
    ["host", { host: "thread" }],
    ["modelTimeoutMs", { modelTimeoutMs: 0 }],
    ["retryForMs", { retryForMs: -1 }],
    ["extraArguments", { extraArguments: "--verbose" }],
    ["permissions", { permissions: { everything: true } }],
    ["modle", { modle: "gpt" }],
  ])("%s", (name, options) => {
    let thrown: unknown;
    try {
      aiderAdapter(options as unknown as AiderOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AiderError);
    expect((thrown as AiderError).code).toBe("OPTION_INVALID");
    expect((thrown as AiderError).message).toContain(name);
  });
});

test("every code is documented", () => {
  for (const meaning of Object.values(AIDER_ERROR_CODES)) expect(meaning).not.toBe("");
});
