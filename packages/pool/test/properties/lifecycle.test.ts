import { expect, test } from "vitest";
import { mixes } from "./model/commands/mixes.ts";
import { explore } from "./model/explore.ts";

test("whatever becomes of its processes, every request ends once, and with its own answer", async () => {
  const { failure } = await explore({ commands: mixes.lifecycle, runs: 50, maxCommands: 40 });
  expect(failure).toBeNull();
}, 120_000);
