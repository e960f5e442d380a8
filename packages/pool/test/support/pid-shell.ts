import { once } from "node:events";
import type { ToolAdapter, ToolProcess } from "../../src/index.ts";

/** A shell script that prints its pid for each line; a turn of "hang" has no end of its own. */
export function pidShell(
  name: string,
  script: string,
  interrupt: (tool: ToolProcess) => Promise<void>,
): ToolAdapter<string, number> {
  return {
    name,
    command: () => ({ file: "sh", args: ["-c", script], env: { PATH: process.env.PATH ?? "" } }),
    connect: (tool) => ({
      ready: async () => {},
      async run(request) {
        tool.stdin.write(`${request}\n`);
        const [answer] = (await once(tool.stdout, "data")) as [Buffer];
        return request === "hang" ? new Promise<never>(() => {}) : Number(String(answer));
      },
      interrupt: () => interrupt(tool),
    }),
  };
}
