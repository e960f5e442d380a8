import { expect, test } from "vitest";
import { mixes } from "./model/commands/mixes.ts";
import { explore } from "./model/explore.ts";

test("a lease has its instance for itself, while the pool grows and shrinks", async () => {
  const { failure } = await explore({ commands: mixes.leasing, runs: 50, maxCommands: 40 });
  expect(failure).toBeNull();
}, 120_000);
