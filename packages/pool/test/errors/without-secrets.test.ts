import { expect, test } from "vitest";
import { createPool, jsonLinesProtocol, ProcessStartError } from "../../src/index.ts";

test("what a host quotes of a tool that did not start has no secrets, in the status neither", async () => {
  const secret = "sk-0123456789";
  const start = async (): Promise<never> => {
    const cause = Object.assign(new Error(`it printed ${secret}`), { code: "ENOENT" });
    throw new ProcessStartError(`Could not start it: ${cause.message}`, { cause });
  };
  await using pool = createPool({
    adapter: {
      name: "broken",
      host: () => ({ start, dispose: async () => {} }),
      command: () => ({ file: "broken" }),
      connect: jsonLinesProtocol(),
    },
    secrets: [secret],
    ledger: false,
  });
  const error = await pool.run(1).then(
    () => new Error("It ran."),
    (thrown) => thrown as Error,
  );
  const told = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) told.push(at.message, at.stack);
  expect(told.join("\n")).toContain("it printed [redacted]");
  expect(told.join("\n")).not.toContain(secret);
  expect(JSON.stringify(pool.status())).not.toContain(secret);
});
