import { spawn } from "node:child_process";
import { once } from "node:events";
import { waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import type { ToolProcess } from "../../src/index.ts";
import { deadGroups } from "../../src/process/dead-groups.ts";
import { endGroup } from "../../src/process/end-group.ts";

/** `sleep` reaps nobody, so what was a group of its own stays a zombie until it goes. */
const KEEPS_A_ZOMBIE = "setsid sh -c 'echo $$' & exec sleep 60";

async function withZombie(use: (zombie: number, keeper: number) => Promise<void>): Promise<void> {
  const keeper = spawn("sh", ["-c", KEEPS_A_ZOMBIE], { detached: true, stdio: "pipe" });
  try {
    const [line] = await once(keeper.stdout, "data");
    await use(Number(line), keeper.pid ?? Number.NaN);
  } finally {
    keeper.kill("SIGKILL");
    await once(keeper, "exit");
  }
}

describe.runIf(process.platform === "linux")("a group of nothing but zombies", () => {
  test("is told from one that lives, by everybody who asks", async () => {
    await withZombie(async (zombie, keeper) => {
      const asked = async () => Promise.all([deadGroups(), deadGroups(), deadGroups()]);
      await waitFor(async () => (await asked()).every((dead) => dead.has(zombie)), {
        what: "a zombie",
      });
      for (const dead of await asked()) expect(dead.has(keeper)).toBe(false);
    });
  });

  test("is not waited for", async () => {
    await withZombie(async (zombie) => {
      await waitFor(async () => (await deadGroups()).has(zombie), { what: "a zombie" });
      let signals = 0;
      const left = {
        pid: zombie,
        kill: () => {
          signals += 1;
          return true;
        },
      };
      await endGroup(left as unknown as ToolProcess);
      expect(signals).toBe(1);
    });
  });
});
