import type { ToolAdapter } from "@cluster/pool";

/**
 * Holds every instance back until all of them are ready, so that what follows is measured with warm
 * workers only. The work itself is not touched.
 */
export function readyTogether<Request, Result>(
  adapter: ToolAdapter<Request, Result>,
  count: number,
): ToolAdapter<Request, Result> {
  const all = Promise.withResolvers<void>();
  let ready = 0;
  return {
    ...adapter,
    command: (slot, request) => adapter.command(slot, request),
    connect(process) {
      const connection = adapter.connect(process);
      const ownReady = connection.ready.bind(connection);
      connection.ready = async (signal) => {
        await ownReady(signal);
        ready += 1;
        if (ready >= count) all.resolve();
        await all.promise;
      };
      return connection;
    },
  };
}
