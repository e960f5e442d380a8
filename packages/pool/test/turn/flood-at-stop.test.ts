import { once } from "node:events";
import { expect, test } from "vitest";
import { createPool } from "../../src/index.ts";
import { pidShell } from "../support/pid-shell.ts";

/** Prints a pid for each line; after "hang" it floods once it is told to stop, and lives on. */
const TOOL = `while read line; do
  if [ "$line" = hang ]; then read stop; head -c 1000000 /dev/zero 2>/dev/null; read more; fi
  echo $$
done`;

const adapter = pidShell("floods", TOOL, async (tool) => {
  const closed = once(tool.stdout, "close");
  tool.stdin.write("stop\n");
  // As it looks to a connection that takes the end of its stream for the end of the turn.
  await closed;
});

test("what floods while it is interrupted is not heard any more, and its process is replaced", async () => {
  await using pool = createPool({ adapter, maxTurnBytes: 100_000, interruptTimeoutMs: 30_000 });
  const first = await pool.run("one");
  const hanging = pool.run("hang", { turnTimeoutMs: 50 });
  await expect(hanging).rejects.toMatchObject({ code: "TURN_TIMEOUT" });
  expect(await pool.run("two")).not.toBe(first);
});
