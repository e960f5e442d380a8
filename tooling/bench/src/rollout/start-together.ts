import type { ToolAdapter } from "@cluster/pool";

/**
 * Holds the first turn back until so many instances are ready, so that what follows is measured with
 * warm workers only. The work itself is not touched.
 *
 * @param onReady Called when the last one is ready and the work begins.
 */
export function startTogether<Request, Result>(
  adapter: ToolAdapter<Request, Result>,
  count: number,
  onReady: () => void,
): ToolAdapter<Request, Result> {
  const all = Promise.withResolvers<void>();
  let ready = 0;
  return {
    ...adapter,
    command: (slot, request) => adapter.command(slot, request),
    connect(process, slot) {
      const connection = adapter.connect(process, slot);
      const becomeReady = connection.ready.bind(connection);
      const run = connection.run.bind(connection);
      connection.ready = async (signal) => {
        await becomeReady(signal);
        ready += 1;
        if (ready !== count) return;
        onReady();
        all.resolve();
      };
      connection.run = async (request, context) => {
        await all.promise;
        return run(request, context);
      };
      return connection;
    },
  };
}
