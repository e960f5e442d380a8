// The cluster API step by step: launch, send, read, map, scale, restart, shut down.
import { jsonLinesProtocol, launchCluster, type ToolAdapter } from "@cluster/manager";
import { fakeTool } from "@cluster/testkit";

type Request = { readonly echo: string; readonly sleep?: number } | { readonly pid: true };

const tool: ToolAdapter<Request, unknown> = {
  name: "json-lines",
  command: () => fakeTool("json-lines"),
  connect: jsonLinesProtocol(),
};

// 1. Three warm instances.
await using cluster = launchCluster(tool, { count: 3, routing: "round-robin" });
await cluster.ready();
console.log(`1. ${cluster.checkHealth().alive} of ${cluster.checkHealth().total} alive`);

// 2. Send now, and read later: from one instance, in order.
const turn = cluster.send({ echo: "hello" });
const instance = await turn.assigned;
console.log(`2. instance ${instance} says ${await cluster.read(instance)}`);

// 3. Send several, and read whichever is finished first.
cluster.send({ echo: "slow", sleep: 300 });
cluster.send({ echo: "quick" });
const first = await cluster.readAny();
const second = await cluster.readAny();
console.log(`3. ${[first, second].map((one) => "result" in one && one.result).join(", then ")}`);

// 4. Many requests, and what became of each.
const echoes: unknown[] = [];
const requests = ["a", "b", "c", "d", "e"].map((echo) => ({ echo }));
for await (const done of cluster.map(requests, { order: "input" })) {
  echoes.push(done.outcome === "done" ? done.result : done.error);
}
console.log(`4. ${echoes.join(" ")}`);

// 5. More instances, and a new process for one of them.
await cluster.scale(5);
const before = await cluster.sendTo(0, { pid: true });
await cluster.restartInstance(0);
const after = await cluster.sendTo(0, { pid: true });
console.log(
  `5. ${cluster.getStatus().instances.length} instances, new process: ${before !== after}`,
);

// 6. What it did.
const { metrics } = cluster.getStatus();
console.log(`6. sent ${metrics.totalSent}, received ${metrics.totalReceived}`);
