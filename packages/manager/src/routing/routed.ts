import type { LeaseOptions } from "@cluster/pool";

/**
 * A request that goes where the routing has sent it. When that instance is gone before the request has
 * begun it goes elsewhere: its caller has not asked for just that one.
 */
export function routed<Options extends LeaseOptions>(
  options: Options,
  instance: number | null,
): Options {
  return instance === null ? options : { ...options, instance, whenGone: "any" };
}
