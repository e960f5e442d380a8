import { describe, expect, it } from "vitest";
import { tryToKill } from "../../src/kill/trial.ts";

describe.runIf(process.platform === "linux")(
  "a run that is killed at random, and gone on with",
  () => {
    it.each([1, 2])(
      "loses no task and no edit, lands none twice, leaves nothing (seed %i)",
      async (seed) => {
        const { violations, deaths } = await tryToKill({ seed, tasks: 40, kills: 3 });
        expect(violations).toEqual([]);
        expect(deaths.length).toBeGreaterThanOrEqual(3);
      },
      240_000,
    );
  },
);
