import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a program whose pools have shut down holds nothing of them, and ends by itself", async () => {
  const explore = new URL("./model/explore.ts", import.meta.url).href;
  const mixes = new URL("./model/commands/mixes.ts", import.meta.url).href;
  const source = new URL("../../src/", import.meta.url).href;
  const program = `
    import { setTimeout as delay } from "node:timers/promises";
    import { queryObjects } from "node:v8";
    const { Pool } = await import("${source}index.ts");
    const { ManagedProcess } = await import("${source}process/managed-process.ts");
    const { explore } = await import(${JSON.stringify(explore)});
    const { mixes } = await import(${JSON.stringify(mixes)});
    const { failure } = await explore({ commands: mixes.everything, runs: 10, maxCommands: 40 });
    console.log(failure ?? "well");
    for (const kind of [Pool, ManagedProcess]) {
      const count = () => queryObjects(kind, { format: "count" });
      // A timer of what was being read when it ended may hold it for a moment.
      for (let tries = 0; count() > 0 && tries < 100; tries += 1) await delay(50);
      console.log(kind.name, count());
    }
  `;
  const args = ["--conditions=@cluster/source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    timeout: 100_000,
  });
  expect(stdout).toBe("well\nPool 0\nManagedProcess 0\n");
}, 120_000);
