import { afterAll, describe, expect, test } from "vitest";
import { childProcessHost, createPool, type ProcessHost, ptyHost } from "../../src/index.ts";
import { PROGRAMS } from "../support/interactive-programs.ts";
import { noTerminals } from "../support/terminals.ts";
import { expectNoProcessLeft, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const hosts = [
  { place: "pipes", host: childProcessHost, missing: null },
  { place: "a terminal", host: () => ptyHost(), missing: noTerminals },
];

for (const { adapter, asks, missing } of PROGRAMS) {
  describe.each(hosts)(`${adapter.name} on $place`, ({ host, missing: missingHost }) => {
    const reason = missing ?? missingHost;
    test.skipIf(reason !== null)(
      `answers${reason === null ? "" : ` (skipped: ${reason})`}`,
      async () => {
        await using pool = createPool({ adapter: { ...adapter, host } });
        // Twice: the second time nothing of the first one is left.
        for (const [request, answer] of [...asks, ...asks.slice(0, 1)]) {
          const got = await pool.run(request);
          if (typeof answer === "string") expect(got).toBe(answer);
          else expect(got).toMatch(answer);
        }
        expect(pool.status().instances[0]?.generation).toBe(1);
      },
    );
  });
}

test.skipIf(noTerminals !== null)(
  "a turn that is interrupted on a terminal keeps its process",
  async () => {
    const slow = ["import time; time.sleep(60)", "for (;;) {}", null, null, "sleep 60"];
    for (const [n, { adapter }] of PROGRAMS.entries()) {
      const request = slow[n] ?? null;
      if (request === null) continue;
      await using pool = createPool({ adapter: { ...adapter, host: ptyHost } });
      for (let round = 0; round < 2; round += 1) {
        expect(await rejection(pool.run(request, { turnTimeoutMs: 50 }))).toMatchObject({
          code: "TURN_TIMEOUT",
        });
        const [ask, answer] = PROGRAMS[n]?.asks[0] ?? ["", ""];
        expect(await pool.run(ask)).toBe(answer);
      }
      expect(pool.status().instances[0]?.generation).toBe(1);
    }
  },
);

test.skipIf(noTerminals !== null)(
  "on a terminal with colours and bracketed paste, the text of an answer is left",
  async () => {
    const bash = PROGRAMS.at(-1)?.adapter as (typeof PROGRAMS)[number]["adapter"];
    const host = (): ProcessHost => ptyHost({ term: "xterm-256color" });
    await using pool = createPool({ adapter: { ...bash, host } });
    const answer = await pool.run("printf '\\033[31mred\\033[0m\\n50%%\\r100%%\\n'");
    expect(answer.trim().split("\n")).toEqual(["red", "50%", "100%"]);
  },
);
