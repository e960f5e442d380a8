import {
  type JsonLinesOptions,
  jsonLinesProtocol,
  type LineProtocolOptions,
  lineProtocol,
  type ToolAdapter,
} from "@cluster/pool";

/** A protocol of the fault tool: its arguments for it, and the connection that speaks it. */
export interface Speech {
  readonly name: string;
  readonly args: readonly string[];
  readonly connect: ToolAdapter["connect"];
}

/** JSON lines, whose answers carry the number of their request. */
export function json(options: JsonLinesOptions<string, string> = {}): Speech {
  return { name: "JSON lines", args: [], connect: jsonLinesProtocol(options) };
}

/** Lines of text, with a sentinel behind each answer. */
export function sentinel(options: LineProtocolOptions = {}): Speech {
  return {
    name: "lines with a sentinel",
    args: ["--protocol", "line"],
    connect: lineProtocol({
      sentinel: {
        // In two parts: a tool that echoes its input must not print it whole.
        command: (nonce) => `=${nonce.slice(0, 4)} ${nonce.slice(4)}\n`,
        output: (nonce) => `${nonce}\n`,
      },
      ...options,
    }),
  };
}

/** Lines of text, with a prompt behind each answer. */
export function prompt(options: LineProtocolOptions = {}): Speech {
  return {
    name: "lines with a prompt",
    args: ["--protocol", "line", "--prompt", "> "],
    connect: lineProtocol({ prompt: "> ", ...options }),
  };
}
