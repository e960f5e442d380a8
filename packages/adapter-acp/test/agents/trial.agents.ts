// What every agent has to show, shown by the real ones. `npm run test:agents` installs them and runs this.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { testedAgents } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgentName } from "../../src/index.ts";
import { type CellResult, TRIAL_CELLS, tryAgent } from "../../src/trial/index.ts";

/** Where agents keep what belongs to the user. */
const HOMES = [
  ".gemini",
  ".codex",
  ".qwen",
  ".config/opencode",
  ".local/share/opencode",
  ".local/state/opencode",
  ".cache/opencode",
];

async function changes(): Promise<readonly (number | null)[]> {
  return Promise.all(
    HOMES.map((name) =>
      stat(join(homedir(), name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => null,
      ),
    ),
  );
}

for (const { agent, program } of testedAgents<AgentName>()) {
  describe.skipIf(program === null)(agent, () => {
    let before: readonly (number | null)[];
    let cells: AsyncGenerator<CellResult, void>;

    beforeAll(async () => {
      before = await changes();
      cells = tryAgent(agent, { executable: program ?? "" });
    });
    afterAll(() => cells?.return());

    // They share one agent and follow one another, as its tasks do in a pool.
    test.each(TRIAL_CELLS)("%s", async (name) => {
      const { value } = await cells.next();
      expect(value).toMatchObject({ name, found: expect.any(String), passed: true });
    });

    test("leaves what is the user's alone", async () => {
      expect(await changes()).toEqual(before);
    });
  });
}
