import type { ToolProcess } from "../contract/process-host.ts";
import type { ToolConnection } from "../contract/tool-connection.ts";
import { checkLineProtocol, type LineProtocolOptions } from "./line-options.ts";
import { LineWire } from "./line-wire.ts";

/**
 * For tools that are made for people: lines of text in, text out. The answer is everything up to the
 * sentinel or the prompt, without its last line end.
 *
 * @returns An adapter's `connect`.
 * @throws {PoolError} OPTION_INVALID when it could not tell where an answer ends.
 */
export function lineProtocol(
  options: LineProtocolOptions,
): (process: ToolProcess) => ToolConnection<string, string> {
  checkLineProtocol(options);
  return (process) => {
    const wire = new LineWire(process, options);
    const { resetCommand, check } = options;
    return {
      ready: () => wire.becomeReady(),
      hint: (of) => wire.hint(of),
      async run(request, context) {
        const answer = await wire.exchange(request, (text) => context.emit({ type: "text", text }));
        context.endedBy(wire.endSignal);
        check?.({ answer, stderr: wire.stderr });
        return answer;
      },
      ...(resetCommand !== undefined && {
        reset: async () => {
          await wire.exchange(resetCommand, () => {});
        },
      }),
      ...(options.interruptible && { interrupt: () => wire.interrupt() }),
    };
  };
}
