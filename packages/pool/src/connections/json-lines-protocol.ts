import type { ToolProcess } from "../contract/process-host.ts";
import type { ToolConnection } from "../contract/tool-connection.ts";
import { checkJsonLines, type JsonLinesOptions } from "./json-lines-options.ts";
import { JsonLinesWire } from "./json-lines-wire.ts";

/**
 * For tools that speak JSON, one message a line. A response is matched to its request by id, so that
 * a late answer can never be taken for the next one: an id that nobody waits for is dropped.
 *
 * By default the tool prints `{"ready":true}`, takes `{"id":1,"request":…}` and prints
 * `{"id":1,"event":…}` (a {@link ConnectionEvent}), `{"id":1,"question":…,"token":…}`, and at the end
 * `{"id":1,"result":…}` or `{"id":1,"error":{"class":…,"message":…,"retryAfterMs":…}}`.
 *
 * A line that is not JSON is a ProtocolError for the turn in flight.
 *
 * @returns An adapter's `connect`.
 * @throws {PoolError} OPTION_INVALID
 */
export function jsonLinesProtocol<Request = unknown, Result = unknown>(
  options: JsonLinesOptions<Request, Result> = {},
): (process: ToolProcess) => ToolConnection<Request, Result> {
  checkJsonLines(options);
  const { cancel, reset, ping, toResult } = options;
  return (process) => {
    const wire = new JsonLinesWire<Request>(process, options);
    return {
      ready: () => wire.ready,
      run(request, context) {
        const answer = wire.request(request, context);
        return toResult === undefined ? (answer as Promise<Result>) : answer.then(toResult);
      },
      ...(cancel && { interrupt: () => wire.cancelCurrent(cancel) }),
      ...(reset && { reset: (signal: AbortSignal) => wire.command(reset, signal) }),
      ...(ping && { ping: (signal: AbortSignal) => wire.command(ping, signal) }),
    };
  };
}
