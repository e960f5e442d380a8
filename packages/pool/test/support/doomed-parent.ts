// A program with a pool of each of the fake tools named by its arguments, to be killed with -9. Prints
// the pids of all processes as one line of JSON, and then waits.
import { fakeTool, TEST_MARKER } from "@cluster/testkit";
import { createPool, inheritedEnvironment, jsonLinesProtocol } from "../../src/index.ts";

const [ledger = "", ...tools] = process.argv.slice(2);
const env = inheritedEnvironment({ [TEST_MARKER]: process.env[TEST_MARKER] });
const pids: number[] = [];
for (const line of tools) {
  const [name = "", ...args] = line.split(" ");
  const tool = fakeTool(name as Parameters<typeof fakeTool>[0], ...args);
  const connect = jsonLinesProtocol<unknown, { readonly pid?: number }>();
  const pool = createPool({
    adapter: { name, command: () => ({ ...tool, env }), connect },
    ledger,
  });
  const answer = await pool.run({ echo: {} });
  const { pid } = pool.status().instances[0] ?? {};
  pids.push(...[pid, answer.pid].filter((known) => typeof known === "number"));
}
process.stdout.write(`${JSON.stringify(pids)}\n`);
