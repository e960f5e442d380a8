import { findAider, installAider } from "@cluster/adapter-aider";
import { beforeAll, describe, expect, it } from "vitest";
import { tryAider } from "../../src/aider/trial.ts";

let aider: string;

beforeAll(async () => {
  const found = await findAider();
  aider = (found.found ? found : await installAider()).executable;
});

describe.runIf(process.platform === "linux")("real aider with a model that misbehaves", () => {
  it("ends each task as git says, and loses no edit", async () => {
    const some = { files: 20, spentQuotas: 0, hangs: 0, rivalries: 2 };
    const trial = await tryAider({ ...some, seed: 5, aider, workers: 4, timeoutSeconds: 120 });
    expect(trial.violations).toEqual([]);
    expect(trial.surprises).toEqual([]);
    expect(new Set(trial.outcomes.map(({ outcome }) => outcome)).size).toBeGreaterThan(2);
  }, 240_000);
});
