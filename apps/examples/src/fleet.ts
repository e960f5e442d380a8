// Several tools behind one object: a shared queue, capabilities, and fail-over.
import { fleet, jsonLinesProtocol, type ToolAdapter, ToolFailure } from "@cluster/manager";
import { fakeTool } from "@cluster/testkit";

interface Request {
  readonly echo: string;
}

function tool(name: string, skills: readonly string[] = []): ToolAdapter<Request, string> {
  return {
    name,
    capabilities: { skills },
    command: () => fakeTool("json-lines"),
    connect: jsonLinesProtocol<Request, string>({ toResult: (result) => `${name}: ${result}` }),
  };
}

// As a tool whose key the provider does not accept.
const refused: ToolAdapter<Request, string> = {
  ...tool("refused"),
  connect: () => ({
    ready: async () => {},
    run: async () => {
      throw new ToolFailure("auth", "The key was refused");
    },
  }),
};

await using crew = fleet(
  { refused: 1, writer: 2, reviewer: 1 },
  { tools: { refused, writer: tool("writer"), reviewer: tool("reviewer", ["review"]) } },
);

// 1. By capability, and by name.
console.log(await crew.run({ echo: "looks good" }, { capability: "review" }));
console.log(await crew.run({ echo: "a page" }, { tool: "writer" }));

// 2. By nothing: the tools that could begin at once are asked first, and a failure goes on with another.
const turn = crew.run({ echo: "another page" }, { tool: "refused", failOver: true });
await turn;
console.log(`${turn.failedOver.map(({ tool: who, failureClass }) => `${who}: ${failureClass}`)}`);

// 3. Many, on whichever is free.
let done = 0;
for await (const { outcome } of crew.map(["a", "b", "c"].map((echo) => ({ echo })))) {
  if (outcome === "done") done += 1;
}
console.log(`${done} done, ${crew.getStatus().failedOver} failed over`);
