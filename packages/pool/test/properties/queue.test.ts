import { expect, test } from "vitest";
import { mixes } from "./model/commands/mixes.ts";
import { explore } from "./model/explore.ts";

test("requests that wait are served in order, where they want to be, or given up at once", async () => {
  const { failure } = await explore({ commands: mixes.queueing, runs: 50, maxCommands: 40 });
  expect(failure).toBeNull();
}, 120_000);
