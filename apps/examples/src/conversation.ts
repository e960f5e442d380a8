// Several requests that belong together are one conversation: they reach the same process, in order,
// and nobody else's come between.
import { jsonLinesProtocol, launchCluster, type ToolAdapter } from "@cluster/manager";
import { fakeTool } from "@cluster/testkit";

type Request = { readonly remember: string } | { readonly recall: true };

const tool: ToolAdapter<Request, unknown> = {
  name: "json-lines",
  command: () => fakeTool("json-lines"),
  connect: jsonLinesProtocol({ reset: (id) => ({ id, request: { reset: true } }) }),
};

await using cluster = launchCluster(tool, { count: 2 });

const fruit = cluster.conversation();
const tools = cluster.conversation();
await Promise.all([fruit.send({ remember: "apple" }), tools.send({ remember: "hammer" })]);
await Promise.all([fruit.send({ remember: "pear" }), tools.send({ remember: "saw" })]);
console.log(`fruit: ${await fruit.send({ recall: true })}`);
console.log(`tools: ${await tools.send({ recall: true })}`);

// Closing gives the instance back, with its context forgotten.
await Promise.all([fruit.close(), tools.close()]);
const next = cluster.conversation();
console.log(`next: ${JSON.stringify(await next.send({ recall: true }))}`);
await next.close();
