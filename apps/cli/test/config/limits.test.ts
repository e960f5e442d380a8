import { describe, expect, it } from "vitest";
import { countOf, usdOf } from "../../src/config/amounts.ts";
import { haltOf } from "../../src/config/halt.ts";
import { onQuotaOf } from "../../src/config/on-quota.ts";
import { limitSettings } from "../../src/run/limit-settings.ts";

describe("limits as texts", () => {
  it.each([
    ["5", 5],
    ["0.50", 0.5],
    ["$3", 3],
    ["none", null],
    ["0", undefined],
    ["-1", undefined],
    ["five", undefined],
  ])("takes %s for dollars: %s", (text, usd) => {
    expect(usdOf(text)).toBe(usd);
  });

  it.each([
    ["200000", 200_000],
    ["200k", 200_000],
    ["1.5M", 1_500_000],
    ["none", null],
    ["0", undefined],
    ["1.5", 1],
    ["k", undefined],
  ])("takes %s for a count: %s", (text, count) => {
    expect(countOf(text)).toBe(count);
  });

  it.each([
    ["20", { failures: 20 }],
    ["10%", { share: 0.1 }],
    ["same=5", { sameReason: 5 }],
    ["20, 7.5%,same=5", { failures: 20, share: 0.075, sameReason: 5 }],
    ["0", undefined],
    ["101%", undefined],
    ["1.5", undefined],
    ["same=5%", undefined],
    ["", undefined],
  ])("takes %s for rules to halt: %o", (text, rules) => {
    expect(haltOf(text)).toEqual(rules);
  });

  it.each([
    ["wait", "wait"],
    ["pause", "pause"],
    ["switch=openai/small", { switchTo: "openai/small" }],
    ["switch=", undefined],
    ["stop", undefined],
  ])("takes %s for what follows a refusal: %o", (text, onQuota) => {
    expect(onQuotaOf(text)).toEqual(onQuota);
  });
});

describe("limitSettings", () => {
  it("lets flags win over the configuration, and none take back what was said", () => {
    const config = { maxCost: 3, maxTokens: "200k", maxTime: "1h", halt: 5, onQuota: "pause" };
    expect(limitSettings({}, config, {}).options).toEqual({
      prices: {},
      reserve: {},
      maxCostUsd: 3,
      maxTokens: 200_000,
      maxTimeMs: 3_600_000,
      halt: { failures: 5 },
      onQuota: "pause",
    });
    const flags = { maxCost: 7, maxTokens: null, onQuota: { switchTo: "small" } };
    expect(limitSettings(flags, config, {}).options).toMatchObject({
      maxCostUsd: 7,
      onQuota: { switchTo: "small" },
    });
    expect(limitSettings(flags, config, {}).options).not.toHaveProperty("maxTokens");
  });

  it("knows who judges the first tasks, and refuses what says nothing or two things", () => {
    const judged = (flags: object) => limitSettings(flags, {}, {}).canary;
    expect(judged({})).toBeNull();
    expect(judged({ canary: 3 })).toEqual({ tasks: 3, ask: false, verify: undefined });
    expect(
      limitSettings({ canaryAsk: true }, { canary: 2, canaryVerify: "make" }, {}).canary,
    ).toEqual({
      tasks: 2,
      ask: true,
      verify: undefined,
    });
    expect(() => judged({ canaryAsk: true })).toThrow("--canary-ask needs --canary");
    expect(() => judged({ canaryVerify: "make" })).toThrow("--canary-verify needs --canary");
    expect(() => judged({ canary: 1, canaryAsk: true, canaryVerify: "make" })).toThrow("both set");
  });
});
