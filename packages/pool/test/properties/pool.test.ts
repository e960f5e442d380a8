import { expect, test } from "vitest";
import { mixes } from "./model/commands/mixes.ts";
import { explore } from "./model/explore.ts";

test("whatever is done to a pool, nothing is lost and nothing is left", async () => {
  const { failure } = await explore({ commands: mixes.everything, runs: 50, maxCommands: 40 });
  expect(failure).toBeNull();
}, 120_000);
