import { childProcessHost, PoolError, type ProcessHost } from "@cluster/pool";
import { compileOptions } from "./compile-options.ts";
import type { PythonHostOptions } from "./options.ts";
import { startOrdinary } from "./ordinary/start-ordinary.ts";
import { Reception } from "./reception/reception.ts";

/**
 * A host for programs in Python that are slow to import and quick to run. A start takes the file of its
 * spec for the interpreter, and its `args` for `sys.argv[1:]`.
 *
 * @throws {PoolError} OPTION_INVALID
 */
export function pythonHost(options: PythonHostOptions): ProcessHost {
  const compiled = compileOptions(options);
  const ordinary = childProcessHost();
  let reception: Promise<Reception> | null = null;
  let disposed = false;
  return {
    async start(spec, signal) {
      signal.throwIfAborted();
      if (disposed) throw new PoolError("POOL_CLOSED", "This Python host was disposed of.");
      reception ??= Reception.open();
      return startOrdinary(spec, signal, compiled, await reception, ordinary);
    },
    async dispose() {
      disposed = true;
      await (await reception)?.close();
    },
  };
}
