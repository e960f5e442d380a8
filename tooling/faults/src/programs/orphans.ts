// Keeps a pool with the named fault and two instances, says the pids, and lives until it is killed.
import { createPool, jsonLinesProtocol } from "@cluster/pool";
import { hostNamed } from "../host/fault-host.ts";

const [name, fault = "none", turn] = process.argv.slice(2);
const host = hostNamed(name);
const pool = createPool<string, string>({
  size: 2,
  adapter: {
    name: "fault-tool",
    host: host.create,
    command: () => ({ ...host.tool(fault), env: { ...process.env } as Record<string, string> }),
    connect: jsonLinesProtocol(),
  },
});
await pool.ready();
if (turn === undefined) say();
else {
  for await (const event of pool.run("fault", { instance: 0 })) if (event.type === "text") say();
}
setInterval(() => {}, 60_000);

function say(): void {
  console.log(JSON.stringify(pool.status().instances.map(({ pid }) => pid)));
}
