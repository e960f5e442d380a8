import { describe, expect, test } from "vitest";
import { shippedTool } from "../../src/declared/index.ts";
import { createPool, type Pool, type PoolEvent } from "../../src/index.ts";
import { CASES, missing } from "../support/declared-cases.ts";
import { shippedTools } from "../support/shipped-tools.ts";
import { rejection } from "../support/tools.ts";

const shipped = await shippedTools();

const generation = (pool: Pool<string, string>): number =>
  pool.status().instances[0]?.generation ?? 0;

for (const tool of CASES) {
  describe.skipIf(shipped.absent(tool) !== null)(shipped.title(tool), () => {
    test("answers several turns, several lines, failures, what looks like its prompt, and a megabyte", async () => {
      await using pool = createPool({ adapter: await shipped.adapter(tool.name) });
      for (const [request, answer] of tool.turns) expect(await pool.run(request)).toBe(answer);
      const [lines, both] = tool.severalLines;
      expect(await pool.run(lines)).toBe(both);
      const [wrong, message] = tool.failing;
      expect(await rejection(pool.run(wrong))).toMatchObject({
        code: "TOOL_FAILED",
        failureClass: "refused",
        message: expect.stringMatching(message),
      });
      const [tricky, said] = tool.promptLike;
      expect(await pool.run(tricky)).toBe(said);
      expect((await pool.run(tool.million)).match(/x/g)?.length).toBeGreaterThanOrEqual(1_000_000);
      const [again, answer] = tool.turns[0] ?? ["", ""];
      expect(await pool.run(again)).toBe(answer);
      expect(generation(pool)).toBe(1);
    });

    test("is stopped in a turn, and answers the next one", async () => {
      await using pool = createPool({
        adapter: await shipped.adapter(tool.name),
        interruptTimeoutMs: tool.interruptible ? 30_000 : 2_000,
      });
      const [request, answer] = tool.turns[0] ?? ["", ""];
      await pool.run(request);
      const turn = pool.run(tool.endless);
      const stopped = rejection(turn);
      for await (const event of turn) {
        if (event.type === (tool.saysThatItBegan === true ? "text" : "started")) break;
      }
      turn.cancel();
      expect(await stopped).toMatchObject({ code: "TURN_CANCELLED" });
      expect(await pool.run(request)).toBe(answer);
      expect(generation(pool)).toBe(tool.interruptible ? 1 : 2);
    });

    test("forgets, and ends when it is asked to", async () => {
      const ended: PoolEvent[] = [];
      const pool = createPool({ adapter: await shipped.adapter(tool.name) });
      pool.subscribe((event) => {
        if (event.type === "process.ended") ended.push(event);
      });
      const [leave, ask, known] = tool.context ?? ["", "", ""];
      const lease = await pool.lease();
      if (tool.context !== undefined) {
        await lease.run(leave);
        expect(await lease.run(ask)).toBe(known);
      }
      await lease.release("reset");
      const [request, answer] = tool.turns[0] ?? ["", ""];
      expect(await pool.run(request)).toBe(answer);
      if (tool.context !== undefined) {
        const now = await pool.run(ask).catch((error: unknown) => String(error));
        expect(now).not.toBe(known);
      }
      expect(generation(pool)).toBe(tool.resettable === true ? 1 : 2);
      await pool.shutdown();
      // By itself: no signal was needed.
      for (const event of ended) expect(event).toMatchObject({ exit: { kind: "code" } });
      expect(ended).toHaveLength(tool.resettable === true ? 1 : 2);
    });
  });
}

test.skipIf(missing("bash") !== null)(
  "bash needs few descriptors, and takes none of those that a request has opened",
  async () => {
    const { arguments: given = [] } = await shippedTool("bash");
    const adapter = await shipped.adapter("bash", {
      command: "sh",
      arguments: ["-c", 'ulimit -n 64; exec bash "$@"', "bash", ...given],
    });
    await using pool = createPool({ adapter, restart: { intensity: 0 } });
    for (const [request, answer] of [
      ["ulimit -n", "64"],
      ["exec 3>&1 9>&1; cat; echo one", "one"],
      ["echo two >&3; echo three >&9", "two\nthree"],
      ["exec >/dev/null 2>&1; echo lost", ""],
      ["echo four; echo five >&2", "four\nfive"],
    ]) {
      expect({ request, answer: await pool.run(request as string) }).toEqual({ request, answer });
    }
  },
);
