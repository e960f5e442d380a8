import { readFile } from "node:fs/promises";
import { waitFor } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "./support/fixture.ts";

describe.each(["driver", "sentinel"] as const)("an aider for one turn, by the %s", (protocol) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await aiderFixture({
      files: { "a.md": "# A\n", "b.md": "# B\n" },
      aider: { protocol },
      oneShot: true,
    });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  test("is started with it, as the only process, and is gone with it", async () => {
    const { pool, model, processes } = fixture;
    await pool.ready();
    expect(processes()).toEqual([]);
    let children: readonly string[] = [];
    model.setBehaviour(async () => {
      const { pid } = pool.status().instances[0] ?? {};
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      children = [
        stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "",
        ...processes().map(String),
      ];
      return { kind: "edit" };
    });
    const { result, error } = await fixture.tell({ message: "Add an id", files: ["a.md"] });
    expect(error).toBeNull();
    expect(result).toMatchObject({
      claimedEdits: ["a.md"],
      endedBy: expect.stringMatching(/protocol|sentinel/),
    });
    expect(children).toHaveLength(2);
    expect(children[0]).toBe(String(process.pid));
    await waitFor(() => processes().length === 0, { what: "its end" });
  });

  // One of the two will do.
  if (protocol === "sentinel") return;

  test.each(["at its start", "in the turn"])("is missed when it dies %s", async (when) => {
    const { pool, model } = fixture;
    model.setBehaviour({ kind: "hang" });
    const turn = pool.run({ message: "Add an id", files: ["b.md"] });
    const refused = expect(turn).rejects.toMatchObject({ code: "PROCESS_EXITED" });
    const pid = (): number | null => pool.status().instances[0]?.pid ?? null;
    await waitFor(() => (when === "in the turn" ? model.inFlight === 1 : pid() !== null), {
      what: `that it is ${when}`,
      timeoutMs: 60_000,
    });
    process.kill(pid() ?? 0, "SIGKILL");
    await refused;
  });
});
