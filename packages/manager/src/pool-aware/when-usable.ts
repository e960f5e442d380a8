import type { Cluster } from "../cluster/cluster.ts";

/**
 * Resolves with null as soon as one instance can serve, or with the reason when none can without
 * help. Not `ready()`: that waits for all of them, and one of three is enough to begin.
 */
export function whenUsable(cluster: Cluster<never, unknown>): Promise<string | null> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { instances } = cluster.getStatus();
      const usable = instances.some(({ state }) => state === "ready");
      if (!usable && instances.some(({ state }) => state !== "failed" && state !== "stopped"))
        return;
      unsubscribe();
      const why = instances.find(({ detail }) => detail !== null)?.detail;
      resolve(usable ? null : (why ?? "It was stopped."));
    };
    const unsubscribe = cluster.subscribe((event) => {
      if (event.type === "instance.state") look();
    });
    look();
  });
}
