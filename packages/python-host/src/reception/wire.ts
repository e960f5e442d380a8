import type { CompiledOptions } from "../options.ts";

/** By this variable a Python process finds its way back to us. It takes it out of its environment. */
export const RETURN_VARIABLE = "CLUSTER_PYTHON_HOST";

/** What a Python process needs to know of the program. */
export function programOf(options: CompiledOptions): object {
  const { entry, modules, warmUp, path, lateEnvironment } = options;
  return { entry, modules, warmUp, path, lateEnvironment: [...lateEnvironment] };
}
