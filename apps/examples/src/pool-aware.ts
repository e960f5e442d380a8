// Pool-awareness added to an adapter that exists: here a class that starts its tool for each request.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { jsonLinesProtocol, makePoolAware, type ToolAdapter } from "@cluster/manager";
import { fakeTool } from "@cluster/testkit";

const run = promisify(execFile);

class Shouter {
  async invoke(request: { readonly echo: string }): Promise<string> {
    const { stdout } = await run("sh", ["-c", 'printf "one-shot %s" "$1"', "sh", request.echo]);
    return stdout;
  }
}

const tool: ToolAdapter<{ readonly echo: string }, string> = {
  name: "json-lines",
  command: () => fakeTool("json-lines"),
  connect: jsonLinesProtocol({ toResult: (result) => `pooled ${result}` }),
};

await using shouter = makePoolAware(new Shouter());

await shouter.usePool({ tool, count: 2, onFallback: ({ reason }) => console.log(`(${reason})`) });
console.log(shouter.isPoolEnabled, await shouter.invokeWithPool({ echo: "hello" }));

await shouter.disablePool();
console.log(shouter.isPoolEnabled, await shouter.invokeWithPool({ echo: "hello" }));
