import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a program whose pools have shut down ends by itself, whatever was done to them", async () => {
  const explore = new URL("./model/explore.ts", import.meta.url).href;
  const mixes = new URL("./model/commands/mixes.ts", import.meta.url).href;
  const program = `
    const { explore } = await import(${JSON.stringify(explore)});
    const { mixes } = await import(${JSON.stringify(mixes)});
    const { failure } = await explore({ commands: mixes.everything, runs: 10, maxCommands: 40 });
    console.log(failure ?? "well");
  `;
  const args = ["--conditions=@cluster/source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    timeout: 100_000,
  });
  expect(stdout).toBe("well\n");
}, 120_000);
