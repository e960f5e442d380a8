import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { tryAgent } from "../../src/trial/index.ts";

test("a trial that is given up ends its agent, whatever that is at", async () => {
  await using folder = await temporaryFolder();
  const executable = join(folder.path, "agent");
  const file = join(folder.path, "pid");
  await writeFile(executable, `#!/bin/sh\necho $$ > '${file}'\nexec sleep 1000\n`, { mode: 0o755 });
  const stop = new AbortController();
  const trial = tryAgent("codex", { executable, signal: stop.signal });
  const result = trial.next();
  const read = (): Promise<string> => readFile(file, "utf8").catch(() => "");
  await waitFor(async () => (await read()).endsWith("\n"));
  const reason = new Error("Enough.");
  stop.abort(reason);
  await expect(result).rejects.toBe(reason);
  expect(isAlive(Number(await read()))).toBe(false);
});
