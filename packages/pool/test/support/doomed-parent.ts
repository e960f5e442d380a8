// A program with a pool of each of the fake tools named by its arguments, to be killed with -9. One that
// is named with `shared` before it has processes for several instances. Prints
// the pids of all processes as one line of JSON, and then waits.
import { fakeTool, TEST_MARKER } from "@cluster/testkit";
import {
  createPool,
  inheritedEnvironment,
  jsonLinesProtocol,
  type ToolAdapter,
} from "../../src/index.ts";

const [ledger = "", ...tools] = process.argv.slice(2);
const env = inheritedEnvironment({ [TEST_MARKER]: process.env[TEST_MARKER] });
const pids: number[] = [];
for (const line of tools) {
  const shared = line.startsWith("shared ");
  const [name = "", ...args] = line.split(" ").slice(shared ? 1 : 0);
  const tool = fakeTool(name as Parameters<typeof fakeTool>[0], ...args);
  const connect = jsonLinesProtocol<unknown, { readonly pid?: number }>();
  const adapter: ToolAdapter<unknown, { readonly pid?: number }> = {
    name,
    command: () => ({ ...tool, env }),
    connect(process) {
      const connection = connect(process);
      if (!shared) return connection;
      const run: typeof connection.run = (request, context) => connection.run(request, context);
      return {
        run,
        ready: (signal) => connection.ready(signal),
        openSession: async () => ({ run }),
      };
    },
  };
  const pool = createPool({ adapter, ledger, sessionsPerProcess: shared ? 2 : 1 });
  const answer = await pool.run({ echo: {} });
  const { pid } = pool.status().instances[0] ?? {};
  pids.push(...[pid, answer.pid].filter((known) => typeof known === "number"));
}
process.stdout.write(`${JSON.stringify(pids)}\n`);
