import type { ProcessHost } from "@cluster/pool";
import { pythonHost } from "@cluster/python-host";
import { driverFolder } from "./location.ts";

/** A host whose processes are forked out of one that has imported aider and made a turn to warm up. */
export function forkServer(): ProcessHost {
  return pythonHost({
    entry: "cluster_aider.process:main",
    warmUp: "cluster_aider.warmup:warm_up",
    path: [driverFolder()],
  });
}
