import { jsonLinesProtocol, type ToolAdapter } from "@cluster/pool";
import { conformance } from "@cluster/pool/testing";
import type { PythonHost } from "../src/index.ts";
import { pythonHost } from "../src/index.ts";
import { describeMode, environment, programs, python } from "./support/host.ts";

interface Answer {
  readonly pid: number;
  readonly marks: readonly unknown[];
  readonly said: unknown;
}

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    const adapter: ToolAdapter<unknown, Answer> = {
      name: `pythonHost as ${mode}`,
      capabilities: { conversation: true },
      host: (): PythonHost => pythonHost({ entry: "probe:main", path: [programs], mode }),
      command: () => ({ file: python, args: ["serve"], env: environment }),
      connect: jsonLinesProtocol(),
    };
    const says = (text: string) => () => ({
      request: text,
      check: ({ said }: Answer) => said === text,
    });
    conformance(
      adapter,
      {
        works: (n) => says(`answer ${n}`)(),
        slow: () => "hang",
        silent: () => "hang",
        dies: () => "leave",
        leavesChild: () => "child",
        severalLines: says("one\ntwo"),
        hostile: {
          codePoints: says("é 漢字 🎉"),
          longLine: says("long line 123456".repeat(65_536)),
        },
        secret: {
          plant: (word) => word,
          ask: () => "what was that?",
          read: ({ marks }) => JSON.stringify(marks),
        },
      },
      {
        pool: { graceMs: 1_000 },
        require: [
          "start.ready",
          "start.environment",
          "turn.row",
          "turn.side-by-side",
          "framing.pieces",
          "cancel.next",
          "crash.killed",
          "crash.exits",
          "context.replaced",
          "end.nothing-left",
          "end.children",
        ],
      },
    );
  });
}
